import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { session } from '../../src/store/conformance/samples.js'
import { postgresStore } from '../../src/store/postgres/index.js'
import { freshDatabase, serviceFor } from '../harness/services.js'
import { bundle, Child } from './processes/child.js'

const service = await serviceFor('postgres')
beforeEach(({ skip }) => skip(service.missing !== undefined, service.missing))

let url: string
let pool: pg.Pool
beforeAll(async () => {
  if (service.missing !== undefined) return
  url = await freshDatabase('postgres')
  pool = new pg.Pool({ connectionString: url })
})
afterAll(() => pool?.end())

test.each(['batch', 'single'])(
  'of 50 that confirm a session at once in two processes one wins, in each of 15 rounds (%s)',
  async (manner) => {
    const store = postgresStore(pool)
    const program = await bundle(new URL('./processes/postgres-confirm-on-word.ts', import.meta.url))
    onTestFinished(program.remove)
    const children = Array.from({ length: 2 }, () => new Child(process.execPath, program.file, url, manner))
    onTestFinished(async () => void (await Promise.all(children.map((child) => child.kill()))))
    await Promise.all(children.map((child) => child.printed(1)))

    for (let round = 1; round <= 15; round++) {
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
    await store.close()
  },
)

const inFlight = 300

// It shows that nothing is answered before PostgreSQL has committed it. That the commit is on the disk is PostgreSQL's
// own affair, which the store leaves to `synchronous_commit` and refuses to do without; the server of the tests has no
// fsync.
test(`no answered write is lost when a process with ${inFlight} in flight is killed, in each of three rounds`, async () => {
  const program = await bundle(new URL('./processes/postgres-confirm-without-end.ts', import.meta.url))
  onTestFinished(program.remove)
  const store = postgresStore(pool)

  for (let round = 1; round <= 3; round++) {
    const child = new Child(process.execPath, program.file, url, String(inFlight))
    onTestFinished(() => child.kill())
    await child.printed(inFlight * (2 + 2 * round))
    await child.kill()

    const answered = new Map(child.lines.map((line) => line.split(' ')).map(([id, ...confirmed]) => [id!, confirmed]))
    // Most of them, at least: the kill does not wait for the slowest.
    expect(answered.size).toBeGreaterThan(inFlight / 2)
    const found = await Promise.all([...answered.keys()].map((id) => store.sessions.find(id)))
    for (const { session } of found) {
      const [generation, nonce] = answered.get(session!.id)!
      // At most one confirmation of each session was in flight: it may be there, although nobody was told.
      const ahead = session!.generation - Number(generation)
      expect([0, 1]).toContain(ahead)
      const confirmed = ahead === 0 ? session!.nonce : session!.superseded[0]!.nonce
      expect(nonce).toMatch(new RegExp(`^${Buffer.from(confirmed).toString('base64url').slice(0, 10)}`))
    }
  }
  await store.close()
})
