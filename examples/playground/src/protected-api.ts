// biome-ignore-all format: the page shows this file in a column of 44 characters

import {
  createGuard,
  type Guard,
} from '@sessionward/guard'
import { protect } from
  '@sessionward/guard/express'
import type { Express } from 'express'

export function connectGuard(
  issuer: string,
  credential: string,
) {
  return createGuard({
    issuer,
    audience: issuer,
    feed: { credential },
  })
}

export function protectHello(
  app: Express,
  guard: Guard,
) {
  app.get('/api/hello', protect(guard),
    (req, res) => { res.json(req.auth) })
}
