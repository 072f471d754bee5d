import { createGuard } from '@sessionward/guard'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { redisCache } from '../../../src/profiles/cache/index.js'
import { createAuthServer } from '../../../src/server.js'
import { memoryStore } from '../../../src/store/memory/index.js'
import type { Store } from '../../../src/store/store.js'
import { eventually, type OwnRedis, ownRedis } from '../../harness/own-redis.js'
import { people } from '../../harness/people.js'
import { testSecrets } from '../../harness/secrets.js'

const redis = await ownRedis()

describe('two auth servers with one Redis for a cache', () => {
  beforeEach(({ skip }) => skip(redis.missing !== undefined, redis.missing))

  it.each([
    ['', (): Store => memoryStore()],
    [', one on a copy of the other’s database', copyOf],
  ])('do not send the tokens of each other’s people back to be refreshed%s', async (_, theirs) => {
    const { connect } = redis as OwnRedis
    const ear = await connect()
    const published: string[] = []
    ear.on('message', (_, message) => void published.push(message))
    await ear.subscribe('sessionward:revocations')
    const secrets = testSecrets()
    const node = async (issuer: string, store: Store) => {
      const cache = redisCache(await connect())
      let lives = false
      cache.relay!.listen({
        receive() {},
        live(arriving) {
          lives = arriving
        },
      })
      const options = { mode: 'production', store, directory: people('ann'), secrets } as const
      const auth = createAuthServer({ ...options, issuer, cache })
      onTestFinished(() => auth.close())
      const guard = createGuard({ issuer, audience: issuer, keys: () => auth.keys.jwks(), feed: auth.revocations })
      onTestFinished(() => guard.close())
      await guard.ready()
      await eventually(() => lives)
      return { auth, guard }
    }
    const shared = memoryStore()
    const here = await node('https://a.example.com', shared)
    const beside = await node('https://a.example.com', shared)
    const there = await node('https://b.example.com', theirs(shared))
    const [kept, ended] = await Promise.all([1, 2].map(() => here.auth.sessions.start({ subject: 'ann' })))

    await there.auth.profiles.changed({ subject: 'ann' }, 7)
    await eventually(() => published.length === 1)
    await here.auth.sessions.end(ended!.session.id)

    // What came later has arrived, by the relay or by a look.
    await eventually(() =>
      beside.guard.verify(ended!.accessToken).then(
        () => false,
        () => true,
      ),
    )
    await expect(beside.guard.verify(kept!.accessToken)).resolves.toMatchObject({ subject: 'ann' })
  })
})

/** A store of its own with another's history, as in a database that was restored from the other's backup. */
function copyOf(of: Store): Store {
  const store = memoryStore()
  const revokedSince: Store['sessions']['revokedSince'] = async (from) => {
    const [{ epoch }, found] = await Promise.all([of.sessions.revokedSince(from), store.sessions.revokedSince(from)])
    return { ...found, epoch }
  }
  return { ...store, sessions: { ...store.sessions, revokedSince } }
}
