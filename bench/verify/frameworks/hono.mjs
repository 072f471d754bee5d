import { createAdaptorServer } from '@hono/node-server'
import { protect } from '@sessionward/guard/hono'
import { Hono } from 'hono'
import { jwt } from 'hono/jwt'

export const title = 'Hono 4'

const serve = (middleware) => {
  const app = new Hono()
  app.get('/orders', middleware, (c) => c.json({ orders: [] }))
  return (host) => createAdaptorServer(app).listen(0, host)
}

export const variants = {
  unguarded: () => serve((_c, next) => next()),
  ours: ({ guard }) => serve(protect(guard)),
  'hono/jwt': ({ pem, issuer, audience }) =>
    serve(jwt({ secret: pem, alg: 'ES256', verification: { iss: issuer, aud: audience } })),
}
