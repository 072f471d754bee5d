import { createHash } from 'node:crypto'
import express, { type Response, type Router } from 'express'

export interface Order {
  readonly id: number
  readonly item: string
  readonly quantity: number
  readonly by: string
}

/** What the back office is about. It does not check tokens: the server that mounts it has done so. */
export interface Orders {
  /** Requests that reached it, in order, such as `POST /orders`. */
  readonly log: string[]
  /**
   * `GET /orders`, `POST /orders`, `POST /upload`. The person is `response.locals.username`.
   *
   * @param send how an answer looks in this backend.
   */
  routes(send: (response: Response, data: unknown) => void): Router
}

const latest = 20

export function createOrders(): Orders {
  const log: string[] = []
  const orders: Order[] = [
    { id: 1, item: 'Paper, A4', quantity: 40, by: 'ann' },
    { id: 2, item: 'Ink, black', quantity: 6, by: 'bob' },
  ]
  return {
    log,
    routes(send) {
      const router = express.Router()
      router.use((request, _response, next) => {
        log.push(`${request.method} ${request.url}`)
        next()
      })
      router.get('/orders', (_request, response) => send(response, orders.slice(-latest)))
      router.post('/orders', express.json(), (request, response) => {
        const { item, quantity } = request.body ?? {}
        const order = {
          id: orders.length + 1,
          item: `${item}`,
          quantity: Number(quantity),
          by: response.locals.username,
        }
        orders.push(order)
        send(response, order)
      })
      router.post('/upload', express.raw({ type: () => true, limit: '20mb' }), (request, response) => {
        const bytes: Buffer = request.body
        send(response, { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
      })
      return router
    },
  }
}
