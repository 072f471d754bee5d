import * as nodeRsArgon2 from '@node-rs/argon2'
import { describe, expect, it } from 'vitest'
import { type AccountsOptions, createAccounts } from '../../src/accounts/accounts.js'
import { type Argon2, createPasswords } from '../../src/accounts/passwords.js'
import { memoryStore } from '../../src/store/memory/index.js'
import { type AccountStore, StoreUnavailableError } from '../../src/store/store.js'

const password = 'correct horse battery staple'
const tenant = ''
/** Little work for a test: what is counted is runs, not time. */
const cheap = { memory: 64, passes: 1 }

function setUp(options: AccountsOptions = {}) {
  const store = memoryStore({ now: () => 1_700_000_000_000 })
  const runs = { hash: 0, verify: 0 }
  const argon2: Argon2 = {
    hash: (...given) => {
      runs.hash++
      return nodeRsArgon2.hash(...given)
    },
    verify: (...given) => {
      runs.verify++
      return nodeRsArgon2.verify(...given)
    },
  }
  const passwords = createPasswords(cheap, argon2)
  const directory = createAccounts(store, passwords, options)
  return { store, runs, passwords, directory, alice: () => directory.create({ tenant, username: 'Alice', password }) }
}

describe('signing in', () => {
  it('answers the subject, however the user name is spelt', async () => {
    const { directory, alice } = setUp()
    const { subject } = await alice()
    for (const username of ['Alice', 'alice', ' ALICE ', '\uff21lice']) {
      expect(await directory.authenticate({ tenant, username, password })).toMatchObject({ subject })
    }
  })

  it('answers null, after one and the same run, to whatever does not fit', async () => {
    const { directory, runs, alice } = setUp()
    await alice()
    const dora = await directory.create({ tenant, username: 'dora', password })
    await directory.setDisabled({ tenant, ...dora }, true)
    const attempts = [
      { tenant, username: 'alice', password: 'wrong password' },
      { tenant, username: 'nobody', password },
      { tenant: 'elsewhere', username: 'alice', password },
      { tenant, username: 'dora', password },
      { tenant, username: 'ali\0ce', password },
      { tenant, username: '', password },
    ]
    for (const attempt of attempts) {
      Object.assign(runs, { hash: 0, verify: 0 })
      expect(await directory.authenticate(attempt)).toBeNull()
      expect(runs).toEqual({ hash: 0, verify: 1 })
    }
  })

  it('lets both of two sign-ins in that replace the same hash at the same time', async () => {
    const { store, alice } = setUp()
    await alice()
    const stronger = createAccounts(store, createPasswords({ memory: 128, passes: 2 }))
    const signIn = () => stronger.authenticate({ tenant, username: 'alice', password })
    for (const one of await Promise.all([signIn(), signIn()])) expect(await one?.unchanged?.()).toBe(true)
  })

  it('makes a new hash once the parameters have changed, and only then', async () => {
    const { store, directory, alice } = setUp()
    const { subject } = await alice()
    const before = (await store.accounts.find({ tenant, subject }))!.passwordHash
    const stronger = createAccounts(store, createPasswords({ memory: 128, passes: 2 }))

    expect(await directory.authenticate({ tenant, username: 'alice', password })).toMatchObject({ subject })
    expect((await store.accounts.find({ tenant, subject }))!.passwordHash).toBe(before)
    expect(await stronger.authenticate({ tenant, username: 'alice', password: 'wrong password' })).toBeNull()
    expect((await store.accounts.find({ tenant, subject }))!.passwordHash).toBe(before)

    expect(await stronger.authenticate({ tenant, username: 'alice', password })).toMatchObject({ subject })
    expect((await store.accounts.find({ tenant, subject }))!.passwordHash).toContain('m=128,t=2')
    expect(await stronger.authenticate({ tenant, username: 'alice', password })).toMatchObject({ subject })
  })

  it('goes well even if the new hash cannot be written', async () => {
    const { store, alice } = setUp()
    const { subject } = await alice()
    const failing: AccountStore = {
      ...store.accounts,
      changePassword: async () => Promise.reject(new Error('unavailable')),
    }
    const stronger = createAccounts({ ...store, accounts: failing }, createPasswords({ memory: 128, passes: 2 }))
    expect(await stronger.authenticate({ tenant, username: 'alice', password })).toMatchObject({ subject })
  })
})

describe('the profile', () => {
  it('says scope, version, the fields of the person, and as claims only what configuration names', async () => {
    const { directory } = setUp({ claims: ['name', 'missing'] })
    const profile = { name: 'Alice Smith', email: 'alice@example.com' }
    const { subject } = await directory.create({ tenant, username: 'Alice', password, scope: 'orders stock', profile })
    expect(await directory.profile({ tenant, subject })).toEqual({
      scope: 'orders stock',
      version: 0,
      claims: { name: 'Alice Smith' },
      user: { ...profile, subject, username: 'Alice' },
    })
  })

  it('never holds the hash, nor lets a field pose as the subject', async () => {
    const { directory } = setUp()
    const profile = { subject: 'somebody else', username: 'root' }
    const { subject } = await directory.create({ tenant, username: 'Alice', password, profile })
    const said = await directory.profile({ tenant, subject })
    expect(said!.user).toMatchObject({ subject, username: 'Alice' })
    expect(JSON.stringify([said, await directory.find({ tenant, username: 'alice' })])).not.toContain('argon2')
  })

  it('is null for a disabled account and for an unknown one', async () => {
    const { directory, alice } = setUp()
    const { subject } = await alice()
    await directory.setDisabled({ tenant, subject }, true)
    expect(await directory.profile({ tenant, subject })).toBeNull()
    expect(await directory.profile({ tenant, subject: 'unknown' })).toBeNull()
    await directory.setDisabled({ tenant, subject }, false)
    expect(await directory.profile({ tenant, subject })).not.toBeNull()
  })

  it.each(['sub', 'scope', 'exp', 'cnf', '__proto__'])(
    'may not carry the registered claim %s: the door says so',
    (name) => {
      expect(() => setUp({ claims: [name] })).toThrow(`accounts.claims must not name the registered claim "${name}"`)
    },
  )
})

describe('registering', () => {
  it('gives the scope that configuration says, whatever else came along', async () => {
    const { directory } = setUp({ registrationScope: 'orders' })
    const registration = { tenant, username: 'bob', password, profile: {}, scope: 'admin', version: 9, disabled: true }
    const outcome = await directory.register(registration)
    expect(outcome).not.toBe('taken')
    expect(await directory.find({ tenant, username: 'bob' })).toMatchObject({
      scope: 'orders',
      version: 0,
      disabled: false,
    })
    expect(await directory.anyAdministrator()).toBe(false)
  })

  it('lets exactly one of many have a name, at the same work for all', async () => {
    const { directory, runs } = setUp()
    const attempts = ['Bob', 'bob', 'BOB', ' bob', 'bob '].map((username) =>
      directory.register({ tenant, username, password, profile: {} }),
    )
    const outcomes = await Promise.all(attempts)
    expect(outcomes.filter((outcome) => outcome !== 'taken')).toHaveLength(1)
    expect(runs).toEqual({ hash: 5, verify: 0 })
  })

  it('knows the same name in another tenant as somebody else', async () => {
    const { directory } = setUp()
    const [one, other] = await Promise.all([
      directory.create({ tenant: 'north', username: 'bob', password }),
      directory.create({ tenant: 'south', username: 'bob', password }),
    ])
    expect(one.subject).not.toBe(other.subject)
    expect(await directory.authenticate({ tenant: 'north', username: 'bob', password })).toMatchObject({
      subject: one.subject,
    })
    expect(await directory.profile({ tenant: 'south', subject: one.subject })).toBeNull()
  })

  it('refuses a poor name or password without a run', async () => {
    const { directory, runs } = setUp()
    const poor = [
      { username: '', password },
      { username: 'bob', password: 'short' },
      { username: 'bob', password: 'password1' },
      { username: 'somebodyelse', password: 'SomebodyElse' },
    ]
    for (const account of poor) {
      await expect(directory.create({ tenant, ...account })).rejects.toMatchObject({ code: 'invalid_request' })
    }
    expect(runs).toEqual({ hash: 0, verify: 0 })
    expect(() => setUp({ registrationScope: ' ' })).toThrow('accounts.registrationScope')
  })

  it('tells an administrator that a name is taken', async () => {
    const { alice } = setUp()
    await alice()
    await expect(alice()).rejects.toMatchObject({ code: 'username_taken' })
  })
})

describe('changing the password', () => {
  const next = 'another fine password'

  it('takes the new one and forgets the old one', async () => {
    const { directory, alice } = setUp()
    const { subject } = await alice()
    expect(await directory.changePassword({ tenant, subject, current: password, next })).toBe('changed')
    expect(await directory.authenticate({ tenant, username: 'alice', password })).toBeNull()
    expect(await directory.authenticate({ tenant, username: 'alice', password: next })).toMatchObject({ subject })
  })

  it('answers wrong to a wrong password, an unknown subject and a disabled account', async () => {
    const { directory, runs, alice } = setUp()
    const { subject } = await alice()
    const dora = await directory.create({ tenant, username: 'dora', password })
    await directory.setDisabled({ tenant, ...dora }, true)
    const changes = [
      { tenant, subject, current: 'wrong password', next },
      { tenant, subject: 'unknown', current: password, next },
      { tenant, ...dora, current: password, next },
      { tenant, ...dora, current: 'wrong password', next: password },
    ]
    for (const change of changes) {
      runs.hash = 0
      expect(await directory.changePassword(change)).toBe('wrong')
      expect(runs.hash).toBe(0)
    }
  })

  it('checks one password for one call: a wrong present one is wrong, although the next one is right', async () => {
    const { directory, runs, alice } = setUp()
    const { subject } = await alice()
    runs.verify = 0

    expect(await directory.changePassword({ tenant, subject, current: 'wrong password', next: password })).toBe('wrong')

    expect(runs.verify).toBe(1)
  })

  it('answers changed where the same call has run beside it, which changes nothing more', async () => {
    const { store, passwords, directory, alice } = setUp()
    const { subject } = await alice()
    const change = { tenant, subject, current: password, next }
    const twin: AccountStore = {
      ...store.accounts,
      async changePassword(...args) {
        await directory.changePassword(change)
        return store.accounts.changePassword(...args)
      },
    }

    expect(await createAccounts({ ...store, accounts: twin }, passwords).changePassword(change)).toBe('changed')

    expect(await directory.authenticate({ tenant, username: 'alice', password: next })).toMatchObject({ subject })
  })

  it('answers changed where the answer of the store was lost, and fails where nothing was changed', async () => {
    const { store, passwords, alice } = setUp()
    const { subject } = await alice()
    const change = { tenant, subject, current: password, next }
    const losing = (changes: boolean): AccountStore => ({
      ...store.accounts,
      async changePassword(...args) {
        if (changes) await store.accounts.changePassword(...args)
        throw new StoreUnavailableError('the answer was lost')
      },
    })
    const changePassword = (changes: boolean) =>
      createAccounts({ ...store, accounts: losing(changes) }, passwords).changePassword(change)

    await expect(changePassword(false)).rejects.toThrow('the answer was lost')
    expect(await changePassword(true)).toBe('changed')
  })

  it('holds the new one to the rules, and to being new', async () => {
    const { directory, alice } = setUp()
    const { subject } = await alice()
    for (const poor of ['short', 'password123', 'alice2026', password]) {
      const change = directory.changePassword({ tenant, subject, current: password, next: poor })
      await expect(change).rejects.toMatchObject({ code: 'invalid_request' })
    }
    expect(await directory.authenticate({ tenant, username: 'alice', password })).toMatchObject({ subject })
  })

  it('lets one of two concurrent changes with the old password succeed', async () => {
    const { directory, alice } = setUp()
    const { subject } = await alice()
    const outcomes = await Promise.all([
      directory.changePassword({ tenant, subject, current: password, next }),
      directory.changePassword({ tenant, subject, current: password, next: `${next} 2` }),
    ])
    expect(outcomes.sort()).toEqual(['changed', 'wrong'])
  })

  it('does not lose to a sign-in that renews the hash meanwhile', async () => {
    const { store, passwords, alice } = setUp()
    const { subject } = await alice()
    let renewals = 1
    const contended: AccountStore = {
      ...store.accounts,
      async changePassword(owner, expected, hash) {
        if (renewals-- > 0) await store.accounts.changePassword(owner, expected, await passwords.hash(password))
        return store.accounts.changePassword(owner, expected, hash)
      },
    }
    const directory = createAccounts({ ...store, accounts: contended }, passwords)
    expect(await directory.changePassword({ tenant, subject, current: password, next })).toBe('changed')
  })

  it('gives up with 503 rather than try for ever', async () => {
    const { store, passwords, alice } = setUp()
    const { subject } = await alice()
    let calls = 0
    const losing: AccountStore = {
      ...store.accounts,
      async changePassword() {
        calls++
        return 'lost'
      },
    }
    const change = createAccounts({ ...store, accounts: losing }, passwords).changePassword({
      tenant,
      subject,
      current: password,
      next,
    })
    await expect(change).rejects.toMatchObject({ code: 'service_unavailable', headers: { 'Retry-After': '1' } })
    expect(calls).toBe(4)
  })
})

describe('administration', () => {
  it('counts the version up with each change, and answers it', async () => {
    const { directory, alice } = setUp()
    const owner = { tenant, ...(await alice()) }
    expect(await directory.setScope(owner, 'orders')).toEqual({ version: 1 })
    expect(await directory.setDisabled(owner, true)).toEqual({ version: 2 })
    expect(await directory.setDisabled(owner, true)).toEqual({ version: 2 })
    expect(await directory.find({ tenant, username: 'ALICE' })).toMatchObject({
      scope: 'orders',
      disabled: true,
      version: 2,
    })
  })

  it('loses no change where two are made at once', async () => {
    const { directory, alice } = setUp()
    const owner = { tenant, ...(await alice()) }
    await Promise.all([directory.setScope(owner, 'orders'), directory.setDisabled(owner, true)])
    const account = await directory.find({ tenant, username: 'alice' })
    expect(account).toMatchObject({ scope: 'orders', disabled: true, version: 2 })
  })

  it('knows whether there is an administrator', async () => {
    const { directory, alice } = setUp()
    const owner = { tenant, ...(await alice()) }
    await directory.setScope(owner, 'administrator admins')
    expect(await directory.anyAdministrator()).toBe(false)
    await directory.setScope(owner, 'orders admin')
    expect(await directory.anyAdministrator()).toBe(true)
  })

  it('says that an account is unknown', async () => {
    const { directory } = setUp()
    const owner = { tenant, subject: 'unknown' }
    await expect(directory.setDisabled(owner, true)).rejects.toMatchObject({ code: 'not_found' })
    await expect(directory.setScope(owner, 'orders')).rejects.toMatchObject({ code: 'not_found' })
    expect(await directory.find({ tenant, username: 'nobody' })).toBeNull()
  })
})
