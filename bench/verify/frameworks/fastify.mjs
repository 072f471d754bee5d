import fastifyJwt from '@fastify/jwt'
import { protect } from '@sessionward/guard/fastify'
import fastify from 'fastify'

export const title = 'Fastify 5'

const serve = (onRequest, prepare = () => undefined) => {
  const app = fastify()
  prepare(app)
  app.after(() => app.get('/orders', { onRequest }, async () => ({ orders: [] })))
  return async (host) => {
    await app.listen({ port: 0, host })
    return app.server
  }
}

const theirs = ({ pem, issuer, audience }, cache) =>
  serve(
    (request) => request.jwtVerify(),
    (app) =>
      app.register(fastifyJwt, {
        secret: { public: pem },
        verify: { algorithms: ['ES256'], allowedIss: issuer, allowedAud: audience, cache },
      }),
  )

export const variants = {
  unguarded: () => serve(async () => {}),
  ours: ({ guard }) => serve(protect(guard)),
  '@fastify/jwt': (given) => theirs(given, false),
  '@fastify/jwt, cache': (given) => theirs(given, true),
}
