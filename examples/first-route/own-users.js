import { compare } from '@node-rs/bcrypt'
import { createGuard } from '@sessionward/guard'
import { protect } from '@sessionward/guard/express'
import { createAuthServer } from '@sessionward/server'
import { mount } from '@sessionward/server/express'
import { sqliteStore } from '@sessionward/server/store/sqlite'
import { bcrypt, mysqlUsers, userDirectory } from '@sessionward/server/users'
import express from 'express'
import { createPool } from 'mysql2/promise'

const pool = createPool(process.env.DATABASE_URL) // mysql://user:password@localhost:3306/shop
const users = mysqlUsers(pool, {
  table: 'users',
  columns: { id: 'id', username: 'username', hash: 'password' }, // the names of your columns
  select: ['nickname', 'role', 'status'], // what the functions below read
})
const directory = userDirectory(users, {
  hashes: [bcrypt({ compare })], // or md5(), sha256() and others
  disabled: (row) => row.status !== 1, // without this line, everybody in the table may sign in
  scope: (row) => (row.role === 'admin' ? 'orders admin' : 'orders'),
  user: ({ id, username, nickname }) => ({ id, username, nickname }), // what pages may see
})

const issuer = 'http://localhost:3000'
const store = sqliteStore('data/auth.db') // sessions and signing keys
const auth = createAuthServer({ issuer, store, directory, origins: ['http://localhost:5173'] }) // your pages
// In the same process the guard needs no credential.
const guard = createGuard({ issuer, audience: issuer, keys: () => auth.keys.jwks(), feed: auth.revocations })

const app = express()
app.use(mount(auth)) // /auth/login, /auth/refresh and so on; before body parsers
app.get('/orders', protect(guard, { scope: 'orders' }), (req, res) => {
  res.json({ orders: [], of: req.auth.subject }) // the id of your table, as a string
})
// An administrator takes a person off line: out on every device within a second, and no new sign-in.
app.post('/users/:id/disable', protect(guard, { scope: 'admin' }), async (req, res) => {
  await pool.execute('UPDATE users SET status = 0 WHERE id = ?', [req.params.id])
  await auth.sessions.endAll({ subject: req.params.id }, 'account_disabled')
  res.status(204).end()
})
app.listen(3000)
