import { chineseMessages, createGuard, envelope } from '@sessionward/guard'
import { protect } from '@sessionward/guard/express'
import { createAuthServer } from '@sessionward/server'
import { mount } from '@sessionward/server/express'
import { sqliteStore } from '@sessionward/server/store/sqlite'
import express from 'express'

const business = envelope({
  ok: 10200,
  codes: {
    refresh: 10415, // the access token has expired, or is not valid: refresh, then send the request again
    terminal: 10422, // the session is over: sign in
    session_replaced: 10409, // the account has signed in elsewhere
    default: 10500,
  },
  status: 200,
  messages: chineseMessages, // default: English
})

const issuer = 'http://localhost:4000'
const auth = createAuthServer({ issuer, store: sqliteStore('data/auth.db'), envelope: business })
const guard = createGuard({ issuer, audience: issuer, feed: auth.revocations, envelope: business })

const app = express()
app.use(mount(auth))
app.get('/orders', protect(guard), (req, res) => {
  res.json(business.ok({ orders: [], of: req.auth.subject }))
})
app.get('/orders.csv', protect(guard), (_req, res) => {
  res.attachment('orders.csv').send('id,total\n') // a file stays a file
})
app.listen(4000)
