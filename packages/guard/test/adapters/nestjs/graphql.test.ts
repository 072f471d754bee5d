import { GraphQLModule, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql'
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { createClient } from 'graphql-ws'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { Auth, Protect, Public, Scopes } from '../../../src/adapters/nestjs/index.js'
import type { Principal } from '../../../src/principal.js'
import { goodClaims, makeGuard, makeKey, now, signToken } from '../../issuer.js'
import { start } from './apps.js'
import { revocable } from './revocable.js'

const key = makeKey('ES256', 'key')
const token = signToken(key)
const expired = signToken(key, { exp: now - 9, iat: now - 60 })

async function* twice(subject: string) {
  for (const tick of [1, 2]) yield { ticks: `${subject} ${tick}` }
}

/** One value, and then none as long as anybody listens. */
async function* thenNothing(subject: string) {
  yield { endless: subject }
  await new Promise(() => {})
}

@Resolver()
class Orders {
  @Query(() => String)
  who(@Auth('subject') subject: string) {
    return subject
  }

  @Query(() => String)
  @Public()
  open(@Auth() principal: Principal | undefined) {
    return String(principal)
  }

  @Query(() => String)
  @Scopes('admin')
  admin() {
    return 'never'
  }

  @Query(() => String)
  @Protect({ optional: true, scope: 'admin' })
  maybe(@Auth('subject') subject: string | undefined) {
    return subject ?? 'nobody'
  }

  @Mutation(() => String)
  @Scopes('orders')
  order(@Auth('subject') subject: string) {
    return `tea for ${subject}`
  }

  @Subscription(() => String)
  endless(@Auth('subject') subject: string) {
    return thenNothing(subject)
  }

  @Subscription(() => String)
  ticks(@Auth('subject') subject: string) {
    return twice(subject)
  }
}

interface Result {
  readonly data?: Record<string, unknown> | null
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[]
}

async function serve(guard = makeGuard({ keys: key.jwk })): Promise<string> {
  const { url } = await start(() => new FastifyAdapter(), {
    guard,
    imports: [
      GraphQLModule.forRoot<MercuriusDriverConfig>({
        driver: MercuriusDriver,
        autoSchemaFile: true,
        subscription: { fullWsTransport: true, context: (socket) => ({ socket }) },
      }),
    ],
    providers: [Orders],
  })
  return `${url}/graphql`
}

async function ask(url: string, query: string, headers: Record<string, string> = {}): Promise<Result> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  })
  return response.json() as Promise<Result>
}

/** The results of a subscription over the protocol graphql-transport-ws, or the errors that ended it. */
async function subscribe(url: string, connectionParams: unknown): Promise<unknown[]> {
  const client = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: connectionParams as Record<string, unknown>,
    retryAttempts: 0,
  })
  onTestFinished(() => void client.dispose())
  const results: unknown[] = []
  try {
    for await (const result of client.iterate({ query: 'subscription { ticks }' })) results.push(result)
  } catch (error) {
    results.push(error)
  }
  return results
}

const codesOf = ({ errors }: Result) => errors?.map(({ extensions }) => extensions?.code)

const requests = [
  ['no token', undefined, 'access_token_missing'],
  ['an expired token', expired, 'access_token_expired'],
  ['a forged token', signToken(makeKey('ES256', 'key')), 'access_token_invalid'],
] as const

describe('GraphQL in Nest', () => {
  test('queries and mutations have the principal', async () => {
    const url = await serve()
    const headers = { authorization: `Bearer ${token}` }

    expect(await ask(url, '{ who }', headers)).toEqual({ data: { who: 'user-1' } })
    expect(await ask(url, 'mutation { order }', headers)).toEqual({ data: { order: 'tea for user-1' } })
  })

  test.each(requests)('queries and mutations with %s fail with our code', async (_title, sent, code) => {
    const url = await serve()
    const headers: Record<string, string> = sent ? { authorization: `Bearer ${sent}` } : {}

    for (const query of ['{ who }', 'mutation { order }']) {
      const result = await ask(url, query, headers)
      expect(codesOf(result)).toEqual([code])
      expect(JSON.stringify(result)).not.toContain('TypeError')
    }
  })

  test('each resolver of one request has its own rules', async () => {
    const url = await serve()
    const headers = { authorization: `Bearer ${token}` }

    const anonymous = await ask(url, '{ open maybe }')
    const result = await ask(url, '{ maybe who }', headers)
    const admin = await ask(url, '{ admin }', headers)

    expect(anonymous).toEqual({ data: { open: 'undefined', maybe: 'nobody' } })
    expect(result).toEqual({ data: { maybe: 'nobody', who: 'user-1' } })
    expect(codesOf(admin)).toEqual(['insufficient_scope'])
  })

  test.each([
    ['authorization', { authorization: `Bearer ${token}` }],
    ['Authorization', { Authorization: `Bearer ${token}` }],
    ['headers', { headers: { Authorization: `Bearer ${token}` } }],
  ])('a subscription takes its token from connectionParams: %s', async (_title, params) => {
    const results = await subscribe(await serve(), params)

    expect(results).toEqual([{ data: { ticks: 'user-1 1' } }, { data: { ticks: 'user-1 2' } }])
  })

  test.each([
    ...requests.map(([title, sent, code]) => [title, sent && { authorization: `Bearer ${sent}` }, code] as const),
    ['a number for a token', { authorization: 5 }, 'access_token_missing'] as const,
    ['connectionParams null', null, 'access_token_missing'] as const,
  ])('a subscription with %s fails with our code', async (_title, params, code) => {
    const results = await subscribe(await serve(), params)

    expect(JSON.stringify(results)).toContain(`"code":"${code}"`)
    expect(JSON.stringify(results)).not.toMatch(/TypeError|undefined/)
    expect(results).toHaveLength(1)
  })

  test('a subscription that is open when its session ends is closed with 4401 and the reason', async () => {
    const { guard, end } = revocable(key)
    const url = await serve(guard)
    const client = createClient({
      url: url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    })
    onTestFinished(() => void client.dispose())
    const results = client.iterate({ query: 'subscription { endless }' })

    expect(await results.next()).toEqual({ done: false, value: { data: { endless: 'user-1' } } })
    const closed = results.next().catch((event: unknown) => event)
    end(goodClaims.sid)

    expect(await closed).toMatchObject({ code: 4401, reason: 'signed_out' })
  })
})
