import type { Guard } from '@sessionward/guard'
import { protect } from '@sessionward/guard/express'
import type { AuthServer } from '@sessionward/server'
import express, { type Router } from 'express'

/** Routes for administrators: the access token needs `admin` in its scope. */
export function administration({ accounts }: AuthServer, guard: Guard): Router {
  const router = express.Router()
  router.use(protect(guard, { scope: 'admin' }), express.json())
  // The calls take the `subject` of an account; a name leads to it.
  router.get('/accounts', async (req, res) => {
    const account = await accounts!.find({ username: String(req.query.username) })
    res.status(account ? 200 : 404).json(account)
  })
  router.put('/accounts/:subject/disabled', async (req, res) => {
    await accounts!.setDisabled({ subject: req.params.subject }, req.body.disabled === true)
    res.status(204).end()
  })
  router.put('/accounts/:subject/scope', async (req, res) => {
    await accounts!.setScope({ subject: req.params.subject }, req.body.scope)
    res.status(204).end()
  })
  return router
}
