import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ConfirmedToken } from '../src/session/session.js'
import type { Store } from '../src/store/store.js'
import { type TestServer, testServer } from './harness/auth-server.js'
import { drivers } from './harness/drivers.js'
import { Holder } from './harness/holder.js'
import { anyMoves, honestTurns } from './sequences/moves.js'
import { World } from './sequences/world.js'

// A failure prints the seed and the shortest sequence; FC_SEED runs it again.
const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31)

/** So many that one of the outcomes below is missed in less than one run of a thousand. */
const numRuns = 300

const common = [
  'granted',
  'refresh_raced',
  'refresh_token_reused',
  'refresh_token_expired',
  'nobody',
  'signed_out',
  'session_revoked',
]

/** Every confirmation that the store says took place. */
interface Confirmation {
  readonly sid: string
  readonly from: number
  readonly parent: string
  readonly to: number
}

function watched(server: TestServer): Confirmation[] {
  const confirmations: Confirmation[] = []
  const { sessions } = server.stored.store as Store
  const confirm = sessions.confirm.bind(sessions)
  server.stored.around = async (verb, args, go) => {
    const answer = await go()
    if (verb === 'sessions.confirm' && answer === 'confirmed') {
      const [sid, expected, next] = args as Parameters<typeof confirm>
      confirmations.push({ sid, from: expected.generation, parent: hex(expected), to: next.generation })
    }
    return answer
  }
  return confirmations
}

function hex({ nonce }: Pick<ConfirmedToken, 'nonce'>): string {
  return Buffer.from(nonce).toString('hex')
}

describe.each(drivers)(`any sequence of events on $name (seed ${seed})`, (driver) => {
  it('is answered as the rule says, and leaves the record that the rule says', { timeout: 120_000 }, async () => {
    const server = testServer({}, driver)
    const confirmations = watched(server)
    const outcomes = new Map<string, number>()

    await fc.assert(
      fc.asyncProperty(anyMoves, async (sequence) => {
        const world = new World(server, outcomes)
        confirmations.length = 0
        await world.signIn()
        for (const { run } of sequence) {
          await run(world)
          await world.compare()
        }

        const expected = world.sessions.reduce((sum, { confirmations }) => sum + confirmations, 0)
        expect(confirmations).toHaveLength(expected)
        // At most one confirmation for each generation and parent, and no generation left out.
        expect(new Set(confirmations.map(({ sid, parent }) => `${sid} ${parent}`)).size).toBe(expected)
        expect(new Set(confirmations.map(({ sid, to }) => `${sid} ${to}`)).size).toBe(expected)
        expect(confirmations.filter(({ from, to }) => to !== from + 1)).toEqual([])
      }),
      { seed, numRuns },
    )

    // Sequences that never come to one of these prove little.
    expect([...outcomes.keys()]).toEqual(expect.arrayContaining(common))
  })

  it('never signs out an honest client, however many of its answers get lost', { timeout: 120_000 }, async () => {
    const { auth, clock } = testServer({}, driver)

    await fc.assert(
      fc.asyncProperty(honestTurns, async (turns) => {
        const client = await Holder.start(auth)
        for (const { lost, wait } of turns) {
          await client.refresh({ lost })
          clock.advance(wait)
        }
        expect(await client.outcome()).toBe('granted')
      }),
      { seed, numRuns },
    )
    expect(auth.figures()).not.toHaveProperty('session_revoked')
  })
})
