import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { connect } from 'node:net'
import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  HttpException,
  Inject,
  Injectable,
  type NestInterceptor,
  Next,
  Sse,
  UseGuards,
} from '@nestjs/common'
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, HttpAdapterHost, NestFactory } from '@nestjs/core'
import { envelope } from '@sessionward/protocol'
import { interval, map, of } from 'rxjs'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  Auth,
  type GuardException,
  Protect,
  Public,
  principalOf,
  Scopes,
  SESSIONWARD_GUARD,
  SessionwardGuard,
  SessionwardModule,
} from '../../../src/adapters/nestjs/index.js'
import type { Guard } from '../../../src/guard.js'
import type { Principal } from '../../../src/principal.js'
import { audience, goodClaims, issuer, makeGuard, makeKey, now, signToken } from '../../issuer.js'
import { type Middleware, platforms, start } from './apps.js'
import { revocable } from './revocable.js'

const key = makeKey('ES256', 'key')
const bearer = { authorization: `Bearer ${signToken(key)}` }
const expired = { authorization: `Bearer ${signToken(key, { exp: now - 5, iat: now - 60 })}` }
const guardOf = (options = {}) => makeGuard({ keys: key.jwk, ...options })

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

function ask(url: string, headers: Record<string, string> = {}, options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { headers, ...options }, async (response) => {
      let body = ''
      for await (const chunk of response.setEncoding('utf8')) body += chunk
      resolve({ status: response.statusCode, headers: response.headers, body })
    })
    request.on('error', reject).end()
  })
}

@Controller('orders')
class Orders {
  @Get()
  list(@Auth() principal: Principal, @Auth('subject') subject: string) {
    return [principal.subject, subject]
  }

  @Sse('events')
  events() {
    return of({ data: 'an order' })
  }

  @Sse('forever')
  forever() {
    return interval(5).pipe(map((data) => ({ type: 'tick', data: String(data) })))
  }
}

/** Sends requests on one connection, each before the answer to the one before it, until all are answered with 200. */
async function pipeline(url: string, count: number): Promise<void> {
  const { hostname, port, pathname } = new URL(url)
  const socket = connect(Number(port), hostname).setEncoding('latin1')
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: x\r\nAuthorization: ${bearer.authorization}\r\n\r\n`.repeat(count))
  let text = ''
  for await (const part of socket) {
    text += part
    if (text.split('HTTP/1.1 200').length > count) break
  }
}

/** An event stream, read in parts. */
async function openStream(url: string, token: string) {
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' }
  const { body } = await fetch(url, { headers, signal: stop.signal })
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader()
  return {
    /** Reads from here until a string arrives. */
    async until(text: string) {
      for (let received = ''; !received.includes(text); ) received += (await reader.read()).value
    },
    async rest() {
      let received = ''
      for (let part = await reader.read(); !part.done; part = await reader.read()) received += part.value
      return received
    },
  }
}

@Controller('mixed')
@Public()
class MostlyPublic {
  @Get('open')
  open(@Auth() principal: Principal | undefined) {
    return { principal: principal ?? null }
  }

  @Get('closed')
  @Scopes('orders')
  closed() {
    return 'closed'
  }
}

@Controller('admin')
@Scopes('admin')
class Admin {
  @Get()
  all() {}

  @Get('health')
  @Public()
  health() {
    return 'well'
  }

  @Get('orders')
  @Scopes('orders')
  orders() {}
}

@Controller('later')
class Later {
  @Get()
  @Scopes('orders')
  @Protect({ staleness: { after: 30 } })
  @Scopes('profile', 'admin')
  three() {}
}

class Readings {
  @Get()
  read() {
    return 'read'
  }
}

@Controller('open-readings')
@Public()
class OpenReadings extends Readings {}

@Controller('closed-readings')
class ClosedReadings extends Readings {}

@Controller('passed-on')
class First {
  @Get()
  passOn(@Next() next: () => void) {
    next()
  }
}

@Controller('passed-on')
@Public()
class Second {
  @Get()
  answer(@Auth() principal: Principal | undefined) {
    return { principal: principal ?? null }
  }
}

/** As in Nest's documentation: it writes an answer of its own, whatever the exception says. */
@Catch()
class Everything implements ExceptionFilter {
  static readonly caught: unknown[] = []
  readonly #host: HttpAdapterHost

  constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost) {
    this.#host = host
  }

  catch(exception: unknown, host: ArgumentsHost) {
    Everything.caught.push(exception)
    const status = exception instanceof HttpException ? exception.getStatus() : 500
    this.#host.httpAdapter.reply(host.switchToHttp().getResponse(), { statusCode: status, path: '/' }, status)
  }
}

/** In the idiom of each platform. */
@Catch()
class Native implements ExceptionFilter {
  catch(_: unknown, host: ArgumentsHost) {
    const response = host.switchToHttp().getResponse()
    if (response.json) response.status(418).set('etag', '"x"').json({ message: 'no' })
    else response.code(418).header('content-encoding', 'none').header('x-filter', 'ran').send({ message: 'no' })
  }
}

describe.each(platforms)('Nest on %s', (_platform, adapter) => {
  const controllers = [Orders, MostlyPublic, Admin, Later]

  test('a handler has the principal, and a member of it', async () => {
    const { url } = await start(adapter, { guard: guardOf(), controllers })
    const { status, body } = await ask(`${url}/orders`, bearer)
    expect([status, JSON.parse(body)]).toEqual([200, ['user-1', 'user-1']])
  })

  test.each([
    ['as documented', Everything],
    ['in the idiom of the platform', Native],
  ])('challenge and problem survive an app-wide filter %s', async (_title, filter) => {
    const providers = [{ provide: APP_FILTER, useClass: filter }]
    const { url } = await start(adapter, { guard: guardOf(), controllers, providers })

    const missing = await ask(`${url}/orders`)
    const late = await ask(`${url}/orders`, { ...expired, origin: 'https://app.example.com' })
    const forbidden = await ask(`${url}/admin`, bearer)

    expect(missing).toMatchObject({
      status: 401,
      headers: {
        'www-authenticate': 'Bearer',
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
      },
    })
    expect(missing.headers).not.toHaveProperty('etag')
    expect(missing.headers).not.toHaveProperty('content-encoding')
    expect(JSON.parse(late.body)).toMatchObject({ code: 'access_token_expired', verdict: 'refresh' })
    expect(late.headers['www-authenticate']).toContain('code="access_token_expired"')
    expect(late.headers['access-control-expose-headers']).toContain('WWW-Authenticate')
    expect([forbidden.status, JSON.parse(forbidden.body).code]).toEqual([403, 'insufficient_scope'])
  })

  test('a filter gets an HttpException with the status, the problem and the cause', async () => {
    Everything.caught.length = 0
    const providers = [{ provide: APP_FILTER, useClass: Everything }]
    const { url } = await start(adapter, { guard: guardOf(), controllers, providers })

    await ask(`${url}/orders`, expired)

    const [exception] = Everything.caught as GuardException[]
    expect(exception).toBeInstanceOf(HttpException)
    expect(exception!.getStatus()).toBe(401)
    expect(exception!.getResponse()).toMatchObject({ code: 'access_token_expired', status: 401 })
    expect(exception!.guardError.code).toBe('access_token_expired')
  })

  test('an exception of the handler is still answered by the filter', async () => {
    @Controller('broken')
    class Broken {
      @Get()
      broken() {
        throw new HttpException('teapot', 418)
      }
    }
    const providers = [{ provide: APP_FILTER, useClass: Everything }]
    const { url } = await start(adapter, { guard: guardOf(), controllers: [Broken], providers })

    expect(await ask(`${url}/broken`, bearer)).toMatchObject({ status: 418, body: '{"statusCode":418,"path":"/"}' })
    expect(await ask(`${url}/none`, bearer)).toMatchObject({ status: 404 })
  })

  test('in the envelope dialect a filter cannot make a success of a refusal', async () => {
    const business = envelope({ ok: 10200, codes: { refresh: 10415, terminal: 10422, default: 10500 }, status: 200 })
    const providers = [{ provide: APP_FILTER, useClass: Everything }]
    const { url } = await start(adapter, { guard: guardOf({ envelope: business }), controllers, providers })

    const answer = await ask(`${url}/orders`, expired)

    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toMatchObject({ code: 10415, data: null })
  })

  test('CORS headers that the application sets stay on a refusal', async () => {
    const { url } = await start(adapter, {
      guard: guardOf(),
      controllers,
      providers: [{ provide: APP_FILTER, useClass: Everything }],
      prepare: (app) => app.enableCors({ origin: 'https://app.example.com', credentials: true }),
    })

    const { headers } = await ask(`${url}/orders`, { origin: 'https://app.example.com' })

    expect(headers['access-control-allow-origin']).toBe('https://app.example.com')
    expect(headers['access-control-expose-headers']).toBe('WWW-Authenticate')
  })

  test('an event stream without a token is a 401 with the challenge, and ends', async () => {
    const { url } = await start(adapter, { guard: guardOf(), controllers })

    const refused = await ask(`${url}/orders/events`)
    const streamed = await ask(`${url}/orders/events`, bearer)

    expect(refused).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } })
    expect(refused.body).not.toContain('event:')
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'access_token_missing' })
    expect(streamed.body).toContain('data: an order')
  })

  test('an event stream of a session that ends gets a last event and ends, and that of another goes on', async () => {
    const { guard, end } = revocable(key)
    const { url } = await start(adapter, { guard, controllers })
    const open = (claims: object) => openStream(`${url}/orders/forever`, signToken(key, { ...claims }))
    const [mine, other] = [await open({}), await open({ sid: 'other' })]
    await Promise.all([mine.until('tick'), other.until('tick')])

    end(goodClaims.sid)

    expect(await mine.rest()).toContain('event: session-ended')
    await other.until('tick')
  })

  test('@Public on a method beats its class, and @Scopes on a method beats a public class', async () => {
    const { url } = await start(adapter, { guard: guardOf(), controllers })
    const statuses = async (headers: Record<string, string>) => {
      const paths = ['mixed/open', 'mixed/closed', 'admin', 'admin/health']
      return Promise.all(paths.map(async (path) => (await ask(`${url}/${path}`, headers)).status))
    }

    expect(await statuses({})).toEqual([200, 401, 401, 200])
    expect(await statuses(bearer)).toEqual([200, 200, 403, 200])
    expect((await ask(`${url}/mixed/open`, bearer)).body).toBe('{"principal":null}')
  })

  test('a handler that two classes inherit is guarded as each of them says', async () => {
    const { url } = await start(adapter, { guard: guardOf(), controllers: [OpenReadings, ClosedReadings] })
    const statuses = []
    for (const path of ['open-readings', 'closed-readings', 'open-readings']) {
      statuses.push((await ask(`${url}/${path}`)).status)
    }
    expect(statuses).toEqual([200, 401, 200])
  })

  test('scopes add up: those of class and method, and of several decorators', async () => {
    const { url } = await start(adapter, { guard: guardOf(), controllers })
    const required = async (path: string) => {
      const { headers } = await ask(`${url}/${path}`, { authorization: `Bearer ${signToken(key, { scope: 'x' })}` })
      return /scope="([^"]*)"/
        .exec(headers['www-authenticate'] ?? '')?.[1]
        ?.split(' ')
        .sort()
    }

    expect(await required('admin/orders')).toEqual(['admin', 'orders'])
    expect(await required('later')).toEqual(['admin', 'orders', 'profile'])
  })

  test('scopes are checked with the token, in whatever order other guards run', async () => {
    const seen: unknown[] = []
    @Injectable()
    class Role implements CanActivate {
      canActivate() {
        seen.push('role')
        return true
      }
    }
    @Controller('roles')
    @UseGuards(Role)
    class Roles {
      @UseGuards(Role)
      @Scopes('admin')
      @Get()
      roles() {}
    }
    const providers = [{ provide: APP_GUARD, useClass: Role }]
    const { url } = await start(adapter, { guard: guardOf(), controllers: [Roles], providers })

    expect((await ask(`${url}/roles`)).status).toBe(401)
    expect((await ask(`${url}/roles`, bearer)).status).toBe(403)
    expect(seen.length).toBeGreaterThan(0)
  })

  test('below a global prefix the same routes are guarded and public', async () => {
    const { url } = await start(adapter, {
      guard: guardOf(),
      controllers,
      prepare: (app) => app.setGlobalPrefix('v1'),
    })

    expect((await ask(`${url}/v1/orders`)).status).toBe(401)
    expect((await ask(`${url}/v1/orders`, bearer)).status).toBe(200)
    expect((await ask(`${url}/v1/admin/health`)).status).toBe(200)
  })

  test('one guard object serves a thousand requests', async () => {
    const check = vi.spyOn(SessionwardGuard.prototype, 'canActivate')
    onTestFinished(() => check.mockRestore())
    const guard = guardOf()
    const { url } = await start(adapter, { guard, controllers })

    await pipeline(`${url}/orders`, 1000)

    expect(new Set(check.mock.contexts).size).toBe(1)
    expect(guard.figures().verified).toBe(1000)
  })

  test('an interceptor knows who makes the request', async () => {
    const seen: unknown[] = []
    const interceptor: NestInterceptor = {
      intercept(context, next) {
        seen.push(principalOf(context)?.subject)
        return next.handle()
      },
    }
    const providers = [{ provide: APP_INTERCEPTOR, useValue: interceptor }]
    const { url } = await start(adapter, { guard: guardOf(), controllers, providers })

    await ask(`${url}/orders`, bearer)
    await ask(`${url}/mixed/open`, bearer)

    expect(seen).toEqual(['user-1', undefined])
  })

  test('headers that middleware has set stay', async () => {
    const before: Middleware = (_request, response, next) => {
      response.setHeader('x-request-id', '42')
      next()
    }
    const { url } = await start(adapter, { guard: guardOf(), controllers, prepare: (app) => app.use(before) })

    expect((await ask(`${url}/orders`)).headers['x-request-id']).toBe('42')
  })
})

test('on Express, a public handler to which a guarded one passes the request on has no principal', async () => {
  const [, express] = platforms[0]!
  const { url } = await start(express, { guard: guardOf(), controllers: [First, Second] })
  expect(JSON.parse((await ask(`${url}/passed-on`, bearer)).body)).toEqual({ principal: null })
})

describe('SessionwardModule', () => {
  const options = { issuer, audience, keys: key.jwk, now: () => now * 1000 }
  const open = (module: ReturnType<typeof SessionwardModule.forRoot>) =>
    NestFactory.createApplicationContext(module, { logger: false, abortOnError: false })

  test('a guard that the module has created is closed with the application', async () => {
    const unsubscribe = vi.fn()
    const app = await open(SessionwardModule.forRoot({ guard: { ...options, feed: { subscribe: () => unsubscribe } } }))
    expect(unsubscribe).not.toHaveBeenCalled()

    await app.close()

    expect(unsubscribe).toHaveBeenCalledOnce()
  })

  test('a guard that was passed in outlives the application, which injects that one', async () => {
    const guard = guardOf()
    const close = vi.spyOn(guard, 'close')
    const app = await open(SessionwardModule.forRoot({ guard }))

    expect(app.get<Guard>(SESSIONWARD_GUARD)).toBe(guard)
    await app.close()

    expect(close).not.toHaveBeenCalled()
  })

  test('the options may come from other providers, later', async () => {
    const settings = { provide: 'ISSUER', useFactory: async () => issuer }
    class Settings {}
    const app = await open(
      SessionwardModule.forRootAsync({
        imports: [{ module: Settings, providers: [settings], exports: ['ISSUER'] }],
        inject: ['ISSUER'],
        useFactory: async (from: string) => ({ guard: { ...options, issuer: from } }),
      }),
    )

    expect((await app.get<Guard>(SESSIONWARD_GUARD).verify(signToken(key))).subject).toBe('user-1')
    await app.close()
  })

  test.each([
    [{ guard: { ...options, isuer: 'x' } }, /isuer/],
    [{ guard: undefined }, /^guard: must be a Guard/],
    [{ guards: options }, /guards.*guard/],
  ])('refuses wrong options when the application starts (%#)', async (wrong, message) => {
    await expect(open(SessionwardModule.forRoot(wrong as never))).rejects.toThrow(message)
  })

  test('rejects invalid decorator options when the class is defined', () => {
    expect(() => Scopes('"')).toThrow(/^scope: /)
    expect(() => Protect({ scopes: 'orders' } as never)).toThrow(/scopes.*scope/)
    expect(() => {
      class Both {
        both() {}
      }
      const both = Object.getOwnPropertyDescriptor(Both.prototype, 'both')!
      Public()(Both.prototype, 'both', both)
      Scopes('orders')(Both.prototype, 'both', both)
    }).toThrow(/cannot be public and guarded/)
  })

  test.each(platforms)('without `global`, routes are guarded where they say so, on %s', async (_platform, adapter) => {
    @Controller()
    class Some {
      @Get('open')
      open() {
        return 'open'
      }

      @Get('closed')
      @UseGuards(SessionwardGuard)
      @Scopes('orders')
      closed() {
        return 'closed'
      }
    }
    const { url } = await start(adapter, { guard: guardOf(), global: false, controllers: [Some] })

    expect((await ask(`${url}/open`)).status).toBe(200)
    expect((await ask(`${url}/closed`)).status).toBe(401)
    expect((await ask(`${url}/closed`, bearer)).status).toBe(200)
  })
})
