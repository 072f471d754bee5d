import { Router } from 'express'

export interface Order {
  readonly number: number
  readonly by: string
  readonly item: string
  readonly quantity: number
  readonly note: string
}

export interface Orders {
  all(): readonly Order[]
  /** @param form What the form or the call sent, as it came. */
  place(by: string, form: Readonly<Record<string, unknown>>): Order
  /** For `$.ajax`, behind the guard. */
  readonly routes: Router
}

const items = ['Paper', 'Toner', 'Pens', 'Folders', 'Staples', 'Tape', 'Labels', 'Envelopes', 'Clips', 'Notebooks']

export function createOrders(): Orders {
  const placed: Order[] = []

  function place(by: string, { item, quantity, note }: Readonly<Record<string, unknown>>): Order {
    const order = {
      number: placed.length + 1,
      by,
      item: items.find((one) => one === item) ?? items[0]!,
      quantity: Math.min(Math.max(1, Math.trunc(Number(quantity)) || 1), 999),
      note: String(note ?? '').slice(0, 500),
    }
    placed.push(order)
    return order
  }

  const routes = Router()
  routes.get('/orders', (_, response) => void response.json(placed))
  routes.post('/orders', (request, response) => {
    response.status(201).json(place(String(response.locals.person), request.body ?? {}))
  })
  routes.get('/stock/:index', (request, response) => {
    const index = Number(request.params.index)
    response.json({ item: items[index] ?? null, stock: (index * 37 + 12) % 100 })
  })
  return { all: () => placed, place, routes }
}
