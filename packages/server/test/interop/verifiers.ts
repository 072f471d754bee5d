import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import fastifyJwt from '@fastify/jwt'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { expressjwt } from 'express-jwt'
import { createVerifier, type DecodedJwt } from 'fast-jwt'
import Fastify, { type FastifyRequest } from 'fastify'
import buildGetJwks from 'get-jwks'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import jwt from 'jsonwebtoken'
import jwksRsa, { type GetVerificationKey } from 'jwks-rsa'
import Koa from 'koa'
import koaJwt from 'koa-jwt'
import passportLibrary from 'passport'
import passportJwt from 'passport-jwt'
import { onTestFinished } from 'vitest'

const require = createRequire(import.meta.url)
/** Not an import: its types and those of our Express adapter both say what `req.auth` is. */
const { auth } = require('express-oauth2-jwt-bearer') as {
  auth(options: Omit<Issuer, 'algorithm'>): RequestHandler
}

/** What the documentation of a verifier asks for. */
export interface Issuer {
  readonly issuer: string
  readonly jwksUri: string
  readonly audience: string
  readonly algorithm: 'ES256' | 'RS256'
}

/** @returns whether a token is accepted. */
export type Verifier = (token: string) => Promise<boolean>

/** Verifiers of others over our JWKS, each set up as its documentation says. */
export const verifiers: Readonly<Record<string, (issuer: Issuer) => Promise<Verifier>>> = {
  jose: async ({ issuer, jwksUri, audience, algorithm }) => {
    const keys = createRemoteJWKSet(new URL(jwksUri))
    return passes((token) => jwtVerify(token, keys, { issuer, audience, algorithms: [algorithm] }))
  },

  'jsonwebtoken with jwks-rsa': async ({ issuer, jwksUri, audience, algorithm }) => {
    const client = jwksRsa({ jwksUri, cache: true })
    const keyOf: jwt.GetPublicKeyOrSecret = ({ kid }, done) =>
      client.getSigningKey(kid, (error, key) => done(error, key?.getPublicKey()))
    const verify = (token: string) =>
      new Promise((resolve, reject) => {
        const options: jwt.VerifyOptions = { issuer, audience, algorithms: [algorithm] }
        jwt.verify(token, keyOf, options, (error, claims) => (error ? reject(error) : resolve(claims)))
      })
    return passes(verify)
  },

  'express-jwt with jwks-rsa': async ({ issuer, jwksUri, audience, algorithm }) => {
    const secret = jwksRsa.expressJwtSecret({ jwksUri, cache: true }) as GetVerificationKey
    return behindExpress(expressjwt({ secret, issuer, audience, algorithms: [algorithm] }))
  },

  'express-oauth2-jwt-bearer': async ({ issuer, jwksUri, audience }) =>
    behindExpress(auth({ issuer, jwksUri, audience })),

  'passport-jwt with jwks-rsa': async ({ issuer, jwksUri, audience, algorithm }) => {
    const passport = new passportLibrary.Passport()
    const options = {
      jwtFromRequest: passportJwt.ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: jwksRsa.passportJwtSecret({ jwksUri, cache: true }),
      ...{ issuer, audience, algorithms: [algorithm] },
    }
    passport.use(new passportJwt.Strategy(options, (claims, done) => done(null, claims)))
    return behindExpress(passport.authenticate('jwt', { session: false }))
  },

  'fast-jwt with get-jwks': async ({ issuer, audience, algorithm }) => {
    const jwks = buildGetJwks()
    const key = async ({ header: { kid, alg } }: DecodedJwt) => jwks.getPublicKey({ kid, alg, domain: issuer })
    return passes(createVerifier({ key, allowedIss: issuer, allowedAud: audience, algorithms: [algorithm] }))
  },

  '@fastify/jwt with get-jwks': async ({ issuer, audience, algorithm }) => {
    const jwks = buildGetJwks()
    const app = Fastify()
    await app.register(fastifyJwt, {
      decode: { complete: true },
      secret: (_request: FastifyRequest, token: unknown) => {
        const { kid, alg } = (token as DecodedJwt).header
        return jwks.getPublicKey({ kid, alg, domain: issuer })
      },
      verify: { allowedIss: issuer, allowedAud: audience, algorithms: [algorithm] },
    })
    app.addHook('onRequest', (request: FastifyRequest) => request.jwtVerify())
    app.get('/', async () => 'in')
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    onTestFinished(() => app.close())
    return requests(url)
  },

  'koa-jwt with jwks-rsa': async ({ issuer, jwksUri, audience, algorithm }) => {
    const app = new Koa()
    app.silent = true
    const secret = jwksRsa.koaJwtSecret({ jwksUri, cache: true })
    app.use(koaJwt({ secret, issuer, audience, algorithms: [algorithm] } as koaJwt.Options))
    app.use((context) => {
      context.body = 'in'
    })
    return requests(await listening(app.callback()))
  },
}

function passes(verify: (token: string) => unknown): Verifier {
  return async (token) => {
    try {
      await verify(token)
      return true
    } catch {
      return false
    }
  }
}

async function behindExpress(middleware: RequestHandler): Promise<Verifier> {
  const app = express()
  app.get('/', middleware, (_request, response) => void response.send('in'))
  const refuse: ErrorRequestHandler = (error, _request, response, _next) =>
    void response.sendStatus(error.status ?? 500)
  app.use(refuse)
  return requests(await listening(app))
}

/** @throws Error where the answer is neither 200 nor 401: then the verifier did not verify. */
function requests(url: string): Verifier {
  return async (token) => {
    const { status } = await fetch(url, { headers: { Authorization: `Bearer ${token}` } })
    if (status !== 200 && status !== 401) throw new Error(`answered ${status}`)
    return status === 200
  }
}

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
