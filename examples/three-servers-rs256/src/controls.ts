import express, { type Router } from 'express'
import type { DemoAccount } from './demo.js'
import type { RestartableServer } from './restartable-server.js'
import type { Lifetimes } from './start.js'

export interface Controls {
  /** Origin of the page. */
  readonly page: string
  readonly servers: Readonly<Record<'auth' | 'orders' | 'invoices', RestartableServer>>
  readonly accounts: readonly DemoAccount[]
  readonly lifetimes: Lifetimes
  readonly now: () => number
  advance(seconds: number): void
  rotateKey(): Promise<void>
}

/** What the buttons of the page do to the servers of this demonstration. No system has such paths. */
export function controls({ page, servers, now, advance, rotateKey }: Controls): Router {
  const router = express.Router()
  const state = () => ({
    now: now(),
    running: { orders: servers.orders.isRunning, invoices: servers.invoices.isRunning },
  })
  router.use((request, response, next) => {
    if (request.method === 'GET' || request.get('Origin') === page) return next()
    response.sendStatus(403)
  })
  router.get('/state', (_request, response) => void response.json(state()))
  router.post('/advance/:seconds', (request, response) => {
    const seconds = Number(request.params.seconds)
    // A clock never goes back, and a year is enough for a demonstration.
    if (seconds > 0 && seconds < 31_536_000) advance(seconds)
    response.json(state())
  })
  router.post('/rotate', async (_request, response) => {
    await rotateKey()
    response.json(state())
  })
  router.post('/:what/:name', async (request, response) => {
    const { what, name } = request.params
    if (name !== 'orders' && name !== 'invoices') return void response.sendStatus(404)
    if (what === 'stop') await servers[name].stop()
    if (what === 'start') await servers[name].start()
    response.json(state())
  })
  return router
}
