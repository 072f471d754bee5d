import { Body, Controller, Get, Post, UseGuards } from '@nestjs/common'
import { Auth, AuthError, Public, pageRoutes, protectPage } from '../../../src/adapters/nestjs/index.js'
import type { GuardError } from '../../../src/challenge.js'
import type { PageGuard } from '../../../src/page/page-guard.js'
import { makeGuard, makeKey } from '../../issuer.js'
import { pageRouteOptions as routes, testPages } from '../page-conformance.js'
import { type Middleware, platforms, start } from './apps.js'

function controllerOf(pages: PageGuard) {
  @Public()
  @Controller()
  class Pages {
    @Get('orders')
    @UseGuards(protectPage(pages, routes['/orders']))
    orders(@Auth('subject') subject: string) {
      return { subject }
    }

    @Post('orders')
    @UseGuards(protectPage(pages, routes['/orders']))
    order(@Body() body: object) {
      return body
    }

    @Get('admin')
    @UseGuards(protectPage(pages, routes['/admin']))
    admin() {
      return ''
    }

    @Get('public')
    @UseGuards(protectPage(pages, routes['/public']))
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
  testPages(`NestJS on ${name}`, async (pages) => {
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
        pageRoutes(app, pages)
      },
    })
    return { url, close: () => {} }
  })
}
