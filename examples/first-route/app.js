import { createGuard } from '@sessionward/guard'
import { protect } from '@sessionward/guard/express'
import express from 'express'

const guard = createGuard({
  issuer: 'http://localhost:4000',
  audience: 'http://localhost:4000',
  feed: { credential: process.env.GUARD_CREDENTIAL }, // so that an ended session is refused within a second
})

const app = express()
app.get('/orders', protect(guard), (req, res) => {
  res.json({ orders: [], of: req.auth.subject })
})
app.listen(3000)
