import { Body, Controller, Get, Post } from '@nestjs/common'
import { expect, test } from 'vitest'
import { Auth, AuthError, ProtectPage, pageRoutes } from '../../../src/adapters/nestjs/index.js'
import type { GuardError } from '../../../src/challenge.js'
import { createPageGuard, type PageGuard } from '../../../src/page/page-guard.js'
import { interstitial } from '../../../src/page/refresh-method.js'
import { makeGuard, makeKey, signToken } from '../../issuer.js'
import { pageRouteOptions as routes, testPages } from '../page-conformance.js'
import { type Middleware, platforms, start } from './apps.js'

function controllerOf(pages: PageGuard) {
  @Controller()
  class Pages {
    @Get('orders')
    @ProtectPage(pages, routes['/orders'])
    orders(@Auth('subject') subject: string) {
      return { subject }
    }

    @Post('orders')
    @ProtectPage(pages, routes['/orders'])
    order(@Body() body: object) {
      return body
    }

    @Get('admin')
    @ProtectPage(pages, routes['/admin'])
    admin() {
      return ''
    }

    @Get('public')
    @ProtectPage(pages, routes['/public'])
    open(@Auth('subject') subject: string | undefined, @AuthError() error: GuardError | undefined) {
      return { subject: subject ?? null, reason: error?.code ?? null }
    }
  }
  return Pages
}

const setEarlier: Middleware = (_, response, next) => {
  response.setHeader('set-cookie', 'earlier=1')
  next()
}

for (const [name, adapter] of platforms) {
  testPages(`NestJS on ${name}`, async (pages, mounted) => {
    const { url } = await start(adapter, {
      // Of the calls that are no pages; this application has none.
      guard: makeGuard({ keys: makeKey('ES256', 'other').jwk }),
      controllers: [controllerOf(pages)],
      prepare(app) {
        if (name === 'Fastify') {
          const onRequest = async (_: unknown, reply: { raw: { setHeader(name: string, value: string): void } }) =>
            reply.raw.setHeader('set-cookie', 'earlier=1')
          const fastify = app.getHttpAdapter().getInstance()
          fastify.addHook('onRequest', onRequest)
          // Nest's guards run after the body was parsed, so a site that takes files has a parser for them.
          fastify.addContentTypeParser('multipart/form-data', (_: unknown, _body: unknown, done: () => void) => done())
        } else app.use(setEarlier)
        if (mounted) pageRoutes(app, pages)
      },
    })
    return { url, close: () => {} }
  })
}

test.each(platforms)(
  'one decorator of a class guards its pages, and the global guard the rest, on %s',
  async (_, adapter) => {
    const key = makeKey('ES256', 'key')
    const guard = makeGuard({ keys: key.jwk })
    const refresh = interstitial({ server: 'https://auth.example.com', script: '' })
    const pages = createPageGuard(guard, { origin: 'https://shop.example.com', signIn: '/sign-in', refresh })

    @ProtectPage(pages)
    @Controller()
    class Pages {
      @Get('page')
      page(@Auth('subject') subject: string) {
        return { subject }
      }
    }

    @Controller()
    class Calls {
      @Get('call')
      call() {
        return {}
      }
    }

    const { url } = await start(adapter, {
      guard,
      controllers: [Pages, Calls],
      prepare: (app) => pageRoutes(app, pages),
    })
    const cookie = `__Host-access_token=${signToken(key)}`

    const known = await fetch(`${url}/page`, { headers: { cookie } })
    expect(await known.json()).toEqual({ subject: 'user-1' })
    expect((await fetch(`${url}/page`)).status).toBe(401)
    const authorization = `Bearer ${signToken(key)}`
    expect((await fetch(`${url}/page`, { headers: { authorization } })).status, 'a page takes cookies alone').toBe(401)
    expect((await fetch(`${url}/call`, { headers: { cookie } })).status, 'a call takes no cookie').toBe(401)
  },
)
