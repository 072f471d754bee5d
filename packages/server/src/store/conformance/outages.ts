import assert from 'node:assert/strict'
import type { Session } from '../../session/session.js'
import { type Store, StoreUnavailableError } from '../store.js'
import { account, session, successor } from './samples.js'
import { assertUnavailable } from './verbs.js'

/** A database server that a test may take down. */
export interface OutageServer {
  /**
   * Opens a store with a client of its own, which the runner closes after the case. The store gives up a call within a second
   * or two, because the cases wait for that.
   */
  open(): Promise<Store> | Store
  /** Ends the server, clients or not: in order, or as a crash does. */
  stop(how: 'in order' | 'killed'): Promise<void>
  /** Starts it again, at the same address and with its data. */
  restart(): Promise<void>
  /** Lets connections stay open without an answer. @returns what lets it answer again. */
  freeze(): Promise<() => Promise<void> | void>
  /** Uses up the connections. @returns what frees them, and the reason that the store is expected to give. */
  exhaustConnections?(): Promise<{ readonly reason: string; release(): Promise<void> }>
  /** Makes it a server that takes no writes, as a standby. @returns what makes it the primary again. */
  standBy?(): Promise<() => Promise<void>>
  /** Verbs that may answer on a standby, where what is old does no harm. */
  readonly answeredOnStandby?: readonly string[]
}

/** One promise about outages. It rejects with an AssertionError where the store breaks it. */
export interface OutageCase {
  /** The method of the server without which the case has nothing to run on. */
  readonly needs: keyof OutageServer
  /** A sentence about behaviour. */
  readonly title: string
  /** Runs it on a server that is up. It is up again afterwards, unless the case failed. */
  run(server: OutageServer): Promise<void>
}

/** What the contract of `store.ts` says of a server that is unavailable, as cases: one after the other, on a server of their own. */
export const outages: readonly OutageCase[] = [
  ...(['in order', 'killed'] as const).map((how) => ({
    needs: 'stop' as const,
    title: `stopped in the midst (${how}): every verb is unavailable, no answer was untrue, and the same store works on`,
    run: (server: OutageServer) => stopDuringCalls(server, how),
  })),
  {
    needs: 'stop',
    title: 'stopped before the first use: unavailable and not empty, and used as soon as it runs',
    async run(server) {
      const store = await server.open()
      await server.stop('in order')

      await assert.rejects(store.sessions.find('any'), StoreUnavailableError)
      await server.restart()

      assert.equal((await eventually(() => store.sessions.find('any'))).session, null)
    },
  },
  {
    needs: 'freeze',
    title: 'frozen: every verb gives up in time, in a pool and a batch too, and works when the server goes on',
    async run(server) {
      const store = await server.open()
      const kept = session()
      await store.sessions.create(kept)
      const thaw = await server.freeze()

      try {
        await assertUnavailable(store, { message: /^\w+ did not answer within [\d.]+ m?s$/, times: 3 })
      } finally {
        await thaw()
      }

      assert.deepEqual((await eventually(() => store.sessions.find(kept.id))).session, kept)
    },
  },
  {
    needs: 'exhaustConnections',
    title: 'with no connection left: unavailable, in words that name neither user nor host, until there is one',
    async run(server) {
      const store = await server.open()
      const { reason, release } = await server.exhaustConnections!()

      try {
        const message = new RegExp(`^\\w+ is unavailable: ${reason}$`)
        await assert.rejects(
          store.now(),
          (error) => error instanceof StoreUnavailableError && message.test(error.message),
        )
      } finally {
        await release()
      }

      await eventually(() => store.now())
    },
  },
  {
    needs: 'standBy',
    title: 'a standby: unavailable to readers too, because what it answers may be old, and used as the primary',
    async run(server) {
      const kept = session()
      const stores = [await server.open(), await server.open()]
      await stores[0]!.sessions.create(kept)
      const promote = await server.standBy!()

      try {
        for (const store of stores)
          await assertUnavailable(store, { times: 2, answered: server.answeredOnStandby ?? [] })
      } finally {
        await promote()
      }

      for (const store of stores) {
        assert.deepEqual((await eventually(() => store.sessions.find(kept.id))).session, kept)
      }
    },
  },
]

async function stopDuringCalls(server: OutageServer, how: 'in order' | 'killed'): Promise<void> {
  const store = await server.open()
  const person = account()
  await store.accounts.create(person)
  const ended = session()
  await store.sessions.create(ended)
  const entry = await store.sessions.revoke(ended.id, 'signed_out', 300)
  const { epoch } = await store.sessions.revokedSince(null)
  const confirming = await ConfirmingSessions.start(store, 20)
  await confirming.progressed()

  await server.stop(how)
  await assertUnavailable(store)
  await store.relay?.announce([entry!], epoch)
  await server.restart()
  await confirming.progressed()
  await confirming.stop()

  for (const record of confirming.answered.values()) {
    const found = (await store.sessions.find(record.id)).session!
    // The last one may have taken place without an answer.
    if (found.generation === record.generation) assert.deepEqual(found, record)
    else assertFollows(found, record)
    assert.equal(await store.sessions.confirm(record.id, found, successor(found)), 'confirmed')
  }
  assert.deepEqual(await store.accounts.find(person), person)
  assert.equal((await store.sessions.find(ended.id)).session?.ended?.reason, 'signed_out')
  const { entries } = await store.sessions.revokedSince(null)
  assert.deepEqual(
    entries.filter((one) => 'sid' in one && one.sid === ended.id),
    [entry],
  )
}

/** Sessions of which each is confirmed again and again, while the server comes and goes. */
class ConfirmingSessions {
  /** As the last answer said. */
  readonly answered = new Map<string, Session>()
  readonly #store: Store
  #working: Promise<unknown> = Promise.resolve()
  #stopped = false

  private constructor(store: Store) {
    this.#store = store
  }

  static async start(store: Store, count: number): Promise<ConfirmingSessions> {
    const sessions = new ConfirmingSessions(store)
    const records = Array.from({ length: count }, () => session())
    await Promise.all(records.map((record) => store.sessions.create(record)))
    sessions.#working = Promise.all(records.map((record) => sessions.#confirm(record)))
    // Its failure is the case's own, at the next await of it.
    sessions.#working.catch(() => {})
    return sessions
  }

  /** Resolves when each has been answered `confirmed` three times more. */
  async progressed(): Promise<void> {
    const before = new Map(this.answered)
    const isEnough = ({ id, generation }: Session) => generation > (before.get(id)?.generation ?? 0) + 2
    const all = async () => {
      while (this.answered.size === 0 || ![...this.answered.values()].every(isEnough)) await pause()
    }
    // One that is answered what is not so ends the case.
    await Promise.race([all(), this.#working])
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#working
  }

  async #confirm(first: Session): Promise<void> {
    const { id } = first
    this.answered.set(id, first)
    while (!this.#stopped) {
      const record = this.answered.get(id)!
      const next = successor(record)
      const outcome = await answerOf(this.#store.sessions.confirm(id, record, next))
      if (outcome === 'confirmed') this.answered.set(id, { ...record, ...next })
      if (outcome !== 'lost') continue
      // To an earlier confirmation of ours, which was not answered.
      const found = await answerOf(this.#store.sessions.find(id))
      if (found === undefined) continue
      assertFollows(found.session!, record)
      this.answered.set(id, found.session!)
    }
  }
}

function assertFollows(found: Session, record: Session): void {
  assert.equal(found.ended, null)
  assert.equal(found.generation, record.generation + 1)
  assert.deepEqual(found.superseded[0]!.nonce, record.nonce.slice(0, 8))
}

/** The answer, or undefined where the store is unavailable. */
async function answerOf<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error
    await pause()
    return undefined
  }
}

/** Asks again until the client is connected again. */
async function eventually<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    const answer = await answerOf(ask())
    if (answer !== undefined) return answer
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5))
}
