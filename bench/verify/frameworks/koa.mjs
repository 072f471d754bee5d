import { protect } from '@sessionward/guard/koa'
import Koa from 'koa'
import jwt from 'koa-jwt'

export const title = 'Koa 3'

const serve = (middleware) => {
  const app = new Koa()
  app.use(middleware)
  app.use((ctx) => {
    ctx.body = { orders: [] }
  })
  return (host) => app.listen(0, host)
}

export const variants = {
  unguarded: () => serve((_ctx, next) => next()),
  ours: ({ guard }) => serve(protect(guard)),
  'koa-jwt': ({ pem, issuer, audience }) => serve(jwt({ secret: pem, algorithms: ['ES256'], issuer, audience })),
}
