import { describe, expect, onTestFinished, test } from 'vitest'
import { createApp } from '../../../../../examples/guards/nestjs-main.js'
import { makeGuard, makeKey, signToken } from '../../issuer.js'

describe('the example for NestJS', () => {
  const key = makeKey('ES256', 'key')
  const token = signToken(key)

  async function serve(): Promise<string> {
    const app = await createApp(makeGuard({ keys: key.jwk }))
    onTestFinished(() => app.close())
    app.useLogger(false)
    await app.listen(0, '127.0.0.1')
    return app.getUrl()
  }

  test('opens one page to everybody and another to those with a token and its scope', async () => {
    const url = await serve()
    const ask = (path: string, claims?: Record<string, unknown>) =>
      fetch(url + path, { headers: claims ? { authorization: `Bearer ${signToken(key, claims)}` } : {} })

    expect(await (await ask('/prices')).json()).toEqual({ apples: 3 })
    expect((await ask('/orders')).status).toBe(401)
    expect((await ask('/orders', { scope: 'stock' })).status).toBe(403)
    expect(await (await ask('/orders', {})).json()).toEqual({ of: 'user-1' })
  })

  test('shows the pages of Swagger to those with the cookie', async () => {
    const url = await serve()

    expect((await fetch(`${url}/docs`)).status).toBe(401)
    expect((await fetch(`${url}/docs`, { headers: { cookie: `access_token=${token}` } })).status).toBe(200)
  })
})
