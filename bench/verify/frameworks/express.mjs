import { createRequire } from 'node:module'
import { protect } from '@sessionward/guard/express'
import express from 'express'
import { expressjwt } from 'express-jwt'
import passport from 'passport'
import { ExtractJwt, Strategy } from 'passport-jwt'

// Its types and ours both declare what a request of Express has.
const { auth } = createRequire(import.meta.url)('express-oauth2-jwt-bearer')

export const title = 'Express 5'

const serve = (...handlers) => {
  const app = express().disable('x-powered-by').disable('etag')
  app.get('/orders', ...handlers, (_req, res) => res.json({ orders: [] }))
  return (host) => app.listen(0, host)
}

export const variants = {
  unguarded: () => serve((_req, _res, next) => next()),
  ours: ({ guard }) => serve(protect(guard)),
  'express-jwt': ({ pem, issuer, audience }) =>
    serve(expressjwt({ secret: pem, algorithms: ['ES256'], issuer, audience })),
  'passport-jwt': ({ pem, issuer, audience }) => {
    const jwtFromRequest = ExtractJwt.fromAuthHeaderAsBearerToken()
    const options = { jwtFromRequest, secretOrKey: pem, algorithms: ['ES256'], issuer, audience }
    const instance = new passport.Passport()
    instance.use(new Strategy(options, (claims, done) => done(null, claims)))
    return serve(instance.authenticate('jwt', { session: false }))
  },
  'express-oauth2-jwt-bearer': ({ issuer, audience, jwksUri }) =>
    serve(auth({ issuer, audience, jwksUri, tokenSigningAlg: 'ES256' })),
}
