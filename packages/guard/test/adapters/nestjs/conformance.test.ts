import type { Readable } from 'node:stream'
import { All, Controller, Get, HttpCode, type INestApplication, Post, Req, StreamableFile } from '@nestjs/common'
import { Auth, AuthError, Protect, Scopes } from '../../../src/adapters/nestjs/index.js'
import type { GuardError } from '../../../src/challenge.js'
import type { Principal } from '../../../src/principal.js'
import { earlier, routes, testAdapter } from '../conformance.js'
import { type Middleware, platforms, start } from './apps.js'

/** The routes of the conformance list. */
@Controller()
class Routes {
  @All('orders')
  @Scopes(routes['/orders'].scope)
  orders(@Auth() { subject }: Principal) {
    return { subject }
  }

  @Post('echo')
  @Protect(routes['/echo'])
  @HttpCode(200)
  echo(@Req() request: { readonly raw?: Readable } & Readable) {
    return new StreamableFile(request.raw ?? request)
  }

  @Get('admin')
  @Protect(routes['/admin'])
  admin() {}

  @Get('strict')
  @Protect(routes['/strict'])
  strict() {}

  @Get('recent')
  @Protect(routes['/recent'])
  recent() {}

  @Get('public')
  @Protect(routes['/public'])
  page(@Auth('subject') subject: string | undefined, @AuthError() error: GuardError | undefined) {
    return { subject: subject ?? null, reason: error?.code ?? null }
  }

  @All('elsewhere')
  @Protect(routes['/elsewhere'])
  elsewhere(@Auth() { subject }: Principal) {
    return { subject }
  }

  @Get('broken')
  @Protect(routes['/broken'])
  broken() {
    throw new Error('broken')
  }
}

const before: Middleware = (request, response, next) => {
  for (const [name, value] of Object.entries(earlier)) response.setHeader(name, value)
  if (request.method === 'OPTIONS' && request.url?.startsWith('/cors')) response.writeHead(204).end()
  else next()
}

/** Fastify refuses a body that no parser takes. */
function acceptAnyBody(app: INestApplication): void {
  const fastify = app.getHttpAdapter().getInstance()
  fastify.addContentTypeParser?.('*', (_request: unknown, body: unknown, done: (error: null, body: unknown) => void) =>
    done(null, body),
  )
}

for (const [name, adapter] of platforms) {
  testAdapter(`NestJS on ${name}`, async (guard) => {
    const { url, app } = await start(adapter, {
      guard,
      controllers: [Routes],
      prepare(app) {
        app.use(before)
        acceptAnyBody(app)
      },
    })
    return { url, close: () => void app.close() }
  })
}
