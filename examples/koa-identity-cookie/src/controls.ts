import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import Router from '@koa/router'
import { hash } from '@node-rs/argon2'
import type { AuthServer } from '@sessionward/server'
import type { Context } from 'koa'
import type { RunningCache } from './cache.js'
import { type DemoAccount, newPassword } from './demo.js'
import { type Exchanges, exchangerOf } from './exchanges.js'
import type { Questions } from './questions.js'
import type { Users } from './users/users.js'

export interface Controls {
  readonly url: string
  readonly auth: AuthServer
  readonly users: Users
  readonly cache: RunningCache | undefined
  readonly questions: Questions
  readonly accounts: readonly DemoAccount[]
  advance(seconds: number): void
}

/** What an act has shown, in numbers. */
export interface Shown extends Partial<Exchanges> {
  /** The number of profiles that were read from the database. */
  readonly questions?: number
  readonly failedSignIns?: number
  /** Milliseconds until the cache answered again. */
  readonly back?: number
  readonly password?: string
}

/** Exchanges of an act that come one after the other. */
const few = 5
const many = 100

/** A minute after a sign-in, and half a minute after a change, the database is queried each time. In seconds. */
const settling = 61

/** What the operator's panel of this demonstration does. No system has such paths. */
export function controls(parts: Controls): Router {
  const { url, users, cache, questions } = parts
  const acts = actsOf(parts)
  const router = new Router({ prefix: '/control' })
  router.use(async (context, next) => {
    // No other site may press these buttons.
    if (context.method !== 'GET' && context.get('Origin') !== url) context.throw(403)
    await next()
  })
  router.get('/state', async (context) => {
    const found = await Promise.all(parts.accounts.map(({ username }) => users.find(username)))
    const people = found.map((user) => ({ ...user!, hash: kindOf(user!.hash) }))
    context.body = { questions, people, cache: cache ? (cache.isRunning ? 'running' : 'stopped') : 'none' }
  })
  router.post('/:act{/:username}', async (context) => {
    const { act = '', username = '' } = context.params
    if (!Object.hasOwn(acts, act)) return context.throw(404)
    context.body = await acts[act as keyof typeof acts](context, username)
  })
  return router
}

function actsOf({ url, auth, users, cache, questions, advance }: Controls) {
  const exchange = exchangerOf(url)

  /** Counts the queries of the database meanwhile. */
  async function counted(run: () => Promise<Exchanges>): Promise<Shown> {
    advance(settling)
    const before = questions.profiles
    const shown = await run()
    return { ...shown, questions: questions.profiles - before }
  }
  const inTurn = (context: Context) => counted(() => exchange.inTurn(context.get('Cookie'), few))

  /** Until an exchange costs no question any more. */
  async function untilCached(context: Context): Promise<number> {
    const begun = performance.now()
    while (performance.now() - begun < 10_000) {
      const { questions: queries } = await counted(() => exchange.inTurn(context.get('Cookie'), 1))
      if (queries === 0) break
      await sleep(200)
    }
    return Math.round(performance.now() - begun)
  }

  return {
    exchange: inTurn,
    async stop(context: Context): Promise<Shown> {
      await cache?.stop()
      return inTurn(context)
    },
    async start(context: Context): Promise<Shown> {
      await cache?.start()
      return { back: await untilCached(context) }
    },
    async flush(context: Context): Promise<Shown> {
      await cache?.flush()
      return inTurn(context)
    },
    async slow(context: Context): Promise<Shown> {
      await cache?.pause(3)
      return { ...(await inTurn(context)), back: await untilCached(context) }
    },
    async hundred(context: Context): Promise<Shown> {
      await cache?.flush()
      return counted(() => exchange.concurrently(context.get('Cookie'), many))
    },
    async unknown(context: Context): Promise<Shown> {
      const failed = () => auth.figures().sign_in_failed ?? 0
      const before = failed()
      const shown = await counted(() => exchange.inTurn(unknownCookie(context), few))
      return { ...shown, failedSignIns: failed() - before }
    },
    async disable(context: Context, username: string): Promise<Shown> {
      const { id } = await found(context, username)
      // The table first: until it is written, the person could sign in again.
      await users.setDisabled(id, true)
      await auth.sessions.endAll({ subject: id }, 'account_disabled')
      return {}
    },
    async enable(context: Context, username: string): Promise<Shown> {
      const { id } = await found(context, username)
      await users.setDisabled(id, false)
      return {}
    },
    async password(context: Context, username: string): Promise<Shown> {
      const { id } = await found(context, username)
      const password = newPassword()
      await users.setHash(id, await hash(password))
      await auth.sessions.endAll({ subject: id }, 'credentials_changed')
      return { password }
    },
  }

  async function found(context: Context, username: string) {
    return (await users.find(username)) ?? context.throw(404, 'there is no such user')
  }
}

/** The browser's own, with another end: of the right form, and nobody's. */
function unknownCookie(context: Context): string {
  return context.get('Cookie').replace(/[\w-]{20}(?=;|$)/g, () => randomBytes(15).toString('base64url'))
}

function kindOf(stored: string): string {
  return /^[0-9a-f]{32}$/.test(stored) ? 'MD5' : 'argon2id'
}
