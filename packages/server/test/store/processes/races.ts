import { expect, onTestFinished, test } from 'vitest'
import { session } from '../../../src/store/conformance/samples.js'
import { type OpenStoreOptions, openStore } from '../../../src/store/open.js'
import type { Store } from '../../../src/store/store.js'
import { bundle, Child } from './child.js'

/** An empty database that several processes open. */
export interface Database {
  /** As `openStore` reads it. */
  readonly url: string
  readonly options?: OpenStoreOptions
  /** PostgreSQL alone: false sends each statement by itself. */
  readonly batch?: false
}

const [rounds, inFlight] = [20, 300]

/** The race of several processes on one database. */
export function testRace(create: () => Promise<Database>): void {
  // Of two sessions, because a batch never names one twice, and a batch of one may be another statement.
  test(`of 50 that confirm a session at once in two processes one wins, in each of ${rounds} rounds`, async () => {
    const database = await create()
    const store = await openFor(database)
    const children = start(2, await program(), 'confirmOnRequest', database)
    await Promise.all(children.map((child) => child.printed(1)))

    for (let round = 1; round <= rounds; round++) {
      const contested = [1, 2].map(() => session({ nonce: new Uint8Array(16) }))
      for (const one of contested) await store.sessions.create(one)
      for (const child of children) child.say(contested.map(({ id }) => id).join(' '))
      await Promise.all(children.map((child) => child.printed(round + 1)))

      const winners: string[][][] = children.map((child) => JSON.parse(child.lines[round]!))
      for (const [index, { id }] of contested.entries()) {
        const { session: after } = await store.sessions.find(id)
        expect(winners.flatMap((won) => won[index])).toEqual([Buffer.from(after!.nonce).toString('base64url')])
      }
    }

    for (const child of children) child.say('end')
    expect(await Promise.all(children.map((child) => child.ended()))).toEqual([0, 0])
  })
}

/** The end of a process that was at work. */
export function testKill(create: () => Promise<Database>): void {
  // It shows that nothing is answered before the database has committed it. Whether a commit waits for the disk is another
  // matter: a server of the tests may have no fsync.
  test(`no answered write is lost when a process with ${inFlight} in flight is killed, in each of three rounds`, async () => {
    const database = await create()
    const store = await openFor(database)
    const file = await program()

    for (let round = 1; round <= 3; round++) {
      const [child] = start(1, file, 'confirmForever', database, inFlight)
      await child!.printed(inFlight * (2 + 2 * round))
      await child!.kill()

      const answered = new Map(child!.lines.map((line) => line.split(' ')).map(([id, ...last]) => [id!, last]))
      // Most of them, at least: the kill does not wait for the slowest.
      expect(answered.size).toBeGreaterThan(inFlight / 2)
      const found = await Promise.all([...answered.keys()].map((id) => store.sessions.find(id)))
      for (const { session } of found) {
        const [generation, nonce] = answered.get(session!.id)!
        // At most one confirmation of each session was in flight: it may have taken place without an answer.
        const ahead = session!.generation - Number(generation)
        expect([0, 1]).toContain(ahead)
        const confirmed = ahead === 0 ? session!.nonce : session!.superseded[0]!.nonce
        expect(nonce).toMatch(new RegExp(`^${Buffer.from(confirmed).toString('base64url').slice(0, 10)}`))
      }
    }
  })
}

/** Runs a mode of `program.ts` in so many processes of their own, which end with the test. */
export function start(count: number, file: string, mode: string, database: Database, ...counts: readonly number[]) {
  const args = [file, mode, JSON.stringify(database), ...counts.map(String)]
  const children = Array.from({ length: count }, () => new Child(process.execPath, ...args))
  onTestFinished(async () => void (await Promise.all(children.map((child) => child.kill()))))
  return children
}

/** The bundled `program.ts`, until the test ends. */
export async function program(): Promise<string> {
  const { file, remove } = await bundle(new URL('./program.ts', import.meta.url))
  onTestFinished(remove)
  return file
}

async function openFor({ url, options }: Database): Promise<Store> {
  const store = await openStore(url, options)
  onTestFinished(() => store.close())
  return store
}
