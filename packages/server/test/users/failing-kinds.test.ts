import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type HashKind, md5, type UserSource, userDirectory } from '../../src/users/index.js'
import { testServer } from '../harness/auth-server.js'
import { Browser, codeOf } from '../harness/browser.js'

const cheap = { memory: 64, passes: 1 }
const password = 'rosebud of the winter'
const ownHash = 'crc:0f1e2d3c'
const oldHash = createHash('md5').update(password).digest('hex')

/** People `ann`, whose hash is of the kind under test, and `bob`, whose hash is of another kind. */
function serverWith(kind: Partial<HashKind>) {
  const row = { salt: '', disabled: false, version: undefined, changedAt: undefined, row: {} }
  const people = [
    { ...row, id: '1', username: 'ann', hash: ownHash },
    { ...row, id: '2', username: 'bob', hash: oldHash },
  ]
  const source: UserSource = {
    findByUsername: async (spellings) => people.filter(({ username }) => spellings.includes(username)),
    findById: async (id) => people.find((one) => one.id === id),
    replaceHash: async () => false,
    hashLength: async () => undefined,
    async *all() {},
  }
  const own: HashKind = { name: 'crc', recognizes: (hash) => hash.startsWith('crc:'), verify: () => false, ...kind }
  const warnings: string[] = []
  const logger = { warn: (message: string) => void warnings.push(message) }
  const directory = userDirectory(source, { hashes: [own, md5()], passwords: cheap, logger })
  const limit = { failures: 2, window: 3600 }
  const server = testServer({ directory, throttle: { account: limit, accountAtAddress: limit } })
  const signIn = (username: string) => new Browser(server.auth).post('/auth/login', { username, password })
  return { ...server, warnings, signIn }
}

describe('a kind of legacy hash that the application wrote', () => {
  it.each<[string, HashKind['verify'], string]>([
    [
      'throws',
      ({ hash }, given) => {
        throw new RangeError(`cannot compare ${given} with ${hash}`)
      },
      'verify of the kind crc threw RangeError',
    ],
    ['rejects', () => Promise.reject('no'), 'verify of the kind crc threw a value that is not an Error'],
    [
      'returns a number',
      (() => 1) as never,
      "verify of the kind crc returned a number; it must be true, false or 'digest'",
    ],
    [
      'returns nothing',
      (() => {}) as never,
      "verify of the kind crc returned undefined; it must be true, false or 'digest'",
    ],
  ])('and %s is answered 503 and named in the log, without password or hash', async (_, verify, said) => {
    const { auth, logged, signIn } = serverWith({ verify })

    const response = await signIn('ann')

    expect([response.status, await codeOf(response)]).toEqual([503, 'service_unavailable'])
    expect(logged).toEqual([`error a request could not be answered: TypeError: users.hashes: ${said}`])
    expect(logged.join()).not.toMatch(new RegExp(`${password}|${ownHash}`))
    expect(auth.figures()).toMatchObject({ error: 1, legacy_refused: 1 })
    expect(auth.figures()).not.toHaveProperty('sign_in_failed')
  })

  it('and throws while it looks for its hashes is answered in the same way', async () => {
    const recognizes = (hash: string) => {
      throw new Error(hash)
    }
    const { logged, signIn } = serverWith({ recognizes })

    expect((await signIn('ann')).status).toBe(503)
    expect(logged).toEqual([
      'error a request could not be answered: TypeError: users.hashes: recognizes of the kind crc threw Error',
    ])
  })

  it('and fails does not use up the attempts of the account', async () => {
    let isBroken = true
    const { signIn } = serverWith({
      verify() {
        if (isBroken) throw new Error('broken')
        return true
      },
    })

    const statuses: number[] = []
    for (let count = 0; count < 4; count++) statuses.push((await signIn('ann')).status)
    isBroken = false

    expect(statuses).toEqual([503, 503, 503, 503])
    expect((await signIn('ann')).status).toBe(200)
  })

  it('and fails only on its dummy signs people with other hashes in, and warns of it', async () => {
    const { signIn, warnings } = serverWith({
      dummy: 'crc:dummy',
      verify() {
        throw new Error('broken')
      },
    })

    expect((await signIn('bob')).status).toBe(200)
    expect(warnings).toEqual([
      'the dummy of the hash kind crc cannot be checked: response times may reveal who has an account',
    ])
  })
})
