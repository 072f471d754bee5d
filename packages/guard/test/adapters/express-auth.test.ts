import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express, { type NextFunction, type Request, type Response } from 'express'
import express4 from 'express4'
import { describe, expect, onTestFinished, test } from 'vitest'
import { protect } from '../../src/adapters/express.js'
import { makeGuard, makeKey, signToken } from '../issuer.js'

const key = makeKey('ES256', 'key')
const guard = makeGuard({ keys: key.jwk })
const tokenOf = (subject: string) => signToken(key, { sub: subject })

const setOther = (req: Request, _res: Response, next: NextFunction) => {
  Object.assign(req, { auth: { subject: 'of another middleware' } })
  next()
}
const answer = (req: Request, res: Response) => void res.json({ subject: req.auth?.subject ?? null })

describe.each([
  ['Express 4', express4],
  ['Express 5', express],
])('req.auth of %s', (_, create) => {
  async function serve(app: express.Express) {
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return async (path: string, token = tokenOf('ann')): Promise<unknown> => {
      const headers: HeadersInit = token ? { authorization: `Bearer ${token}`, connection: 'close' } : {}
      return (await fetch(url + path, { headers })).json()
    }
  }

  test('is the principal in an app that is mounted below, and above it when the error handler runs', async () => {
    const below = create().get('/', (req) => {
      throw new Error(req.auth.subject)
    })
    const app = create().use(protect(guard)).use('/below', below)
    app.use((error: Error, req: Request, res: Response, _next: NextFunction) => {
      res.json({ below: error.message, above: req.auth.subject })
    })
    expect(await (await serve(app))('/below')).toEqual({ below: 'ann', above: 'ann' })
  })

  test('is the principal of an app that is mounted below, where only that is protected', async () => {
    const get = await serve(create().use('/below', create().use(protect(guard)).get('/', answer)))
    expect(await get('/below')).toEqual({ subject: 'ann' })
  })

  test('is the own principal of each of two requests at the same time', async () => {
    const waiting: (() => void)[] = []
    const app = create().get('/', protect(guard), (req, res) => {
      waiting.push(() => answer(req, res))
      if (waiting.length === 2) for (const one of waiting) one()
    })
    const get = await serve(app)
    const both = await Promise.all([get('/', tokenOf('ann')), get('/', tokenOf('ben'))])
    expect(both).toEqual([{ subject: 'ann' }, { subject: 'ben' }])
  })

  test('is undefined where no protect ran, though another request had one', async () => {
    const get = await serve(create().get('/', protect(guard), answer).get('/open', answer))
    expect([await get('/'), await get('/open')]).toEqual([{ subject: 'ann' }, { subject: null }])
  })

  test('replaces what another middleware has set, also where an optional route has none', async () => {
    const app = create().use(setOther).get('/', protect(guard), answer)
    const get = await serve(app.get('/optional', protect(guard, { optional: true }), answer))
    expect([await get('/'), await get('/optional', '')]).toEqual([{ subject: 'ann' }, { subject: null }])
  })

  test('can be set by a middleware that follows', async () => {
    const get = await serve(create().get('/', protect(guard), setOther, answer))
    expect(await get('/')).toEqual({ subject: 'of another middleware' })
  })

  test('is gone once it is deleted', async () => {
    const drop = (req: Request, _res: Response, next: NextFunction) => {
      Reflect.deleteProperty(req, 'auth')
      next()
    }
    const get = await serve(create().get('/', protect(guard), drop, answer))
    expect(await get('/')).toEqual({ subject: null })
  })

  test('is there in a proxy of the request, and in an object that is derived from it', async () => {
    const app = create().get('/', protect(guard), (req, res) => {
      const [proxy, derived] = [new Proxy(req, {}), Object.create(req) as Request]
      res.json({ proxy: proxy.auth.subject, derived: derived.auth.subject })
    })
    expect(await (await serve(app))('/')).toEqual({ proxy: 'ann', derived: 'ann' })
  })

  test('is the principal of the latest protect, where two check the request', async () => {
    const tokens: string[] = [tokenOf('ann'), tokenOf('ben')]
    const change = (req: Request, _res: Response, next: NextFunction) => {
      req.rawHeaders.splice(0, req.rawHeaders.length, 'Authorization', `Bearer ${tokens.shift()}`)
      next()
    }
    const get = await serve(create().get('/', change, protect(guard), change, protect(guard), answer))
    expect(await get('/')).toEqual({ subject: 'ben' })
  })
})

test('two emulated requests that share their list of headers have their own principals', async () => {
  const rawHeaders: string[] = []
  const requests = ['ann', 'ben'].map((subject) => ({
    method: 'GET',
    url: '/',
    rawHeaders,
    headers: { authorization: `Bearer ${tokenOf(subject)}` },
  }))
  await Promise.all(
    requests.map((request) => new Promise<void>((done) => protect(guard)(request as never, {} as never, () => done()))),
  )
  expect(requests).toMatchObject([{ auth: { subject: 'ann' } }, { auth: { subject: 'ben' } }])
})

test('a request that is not of Express gets auth as a member', async () => {
  const request = { method: 'GET', url: '/', headers: { authorization: `Bearer ${tokenOf('ann')}` } }
  const passed = await new Promise((resolve) => protect(guard)(request as never, {} as never, resolve))
  expect(passed).toBeUndefined()
  expect(request).toHaveProperty('auth.subject', 'ann')
})
