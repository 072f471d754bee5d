import { deepEqual, equal, rejects } from 'node:assert/strict'
import { StoreUnavailableError } from '../store.js'
import { casesOf, concurrently } from './case.js'
import { account, hostileTexts, owner } from './samples.js'

const text = hostileTexts.join('|')

export const accounts = casesOf('accounts', {
  async 'an account comes back as it went in, by subject and by username'(store, other) {
    const plain = account()
    const full = account({
      tenant: `acme ${text}`,
      username: text,
      usernameKey: `${owner().subject} ${text}`,
      passwordHash: text,
      scope: `admin ${text}`,
      profile: JSON.parse(`{"__proto__":1,"name":${JSON.stringify(text)},"nested":{"$set":[1.5,null,true]}}`),
      disabled: true,
      version: 7,
      createdAt: 1,
    })

    for (const one of [plain, full]) {
      equal(await store.accounts.create(one), 'created')
      deepEqual(await other.accounts.find(one), one)
      deepEqual(await other.accounts.findByUsername(one.tenant, one.usernameKey), one)
    }
  },

  async 'what is unknown is null, whatever it spells'(store) {
    const known = account()
    await store.accounts.create(known)

    for (const one of hostileTexts) {
      equal(await store.accounts.find({ tenant: '', subject: `${known.subject}${one || '-'}` }), null)
      equal(await store.accounts.find({ tenant: one || '-', subject: known.subject }), null)
      equal(await store.accounts.findByUsername('', `${known.usernameKey}${one || '-'}`), null)
      equal(await store.accounts.findByUsername(one || '-', known.usernameKey), null)
    }
  },

  async 'usernames are told apart by every character'(store) {
    const { subject: tenant } = owner()
    const all = hostileTexts.map((usernameKey) => account({ tenant, usernameKey }))

    for (const one of all) equal(await store.accounts.create(one), 'created')

    for (const one of all) deepEqual(await store.accounts.findByUsername(tenant, one.usernameKey), one)
  },

  async 'a username is taken within its tenant only'(store, other) {
    const first = account({ tenant: 'acme' })
    await store.accounts.create(first)

    equal(await store.accounts.create(account({ tenant: 'acme', usernameKey: first.usernameKey })), 'taken')
    equal(await other.accounts.create(account({ tenant: '', usernameKey: first.usernameKey })), 'created')

    deepEqual(await store.accounts.findByUsername('acme', first.usernameKey), first)
  },

  async 'a second account of the same subject is an error, and the first stays'(store) {
    const first = account()
    await store.accounts.create(first)

    await rejects(store.accounts.create(account({ subject: first.subject })), Error)

    deepEqual(await store.accounts.find(first), first)
  },

  async 'of 50 that ask for a username at once one gets it'(...nodes) {
    const candidates = Array.from({ length: 50 }, () => account({ tenant: 'acme', usernameKey: 'of all' }))
    const usernameKey = candidates[0]!.subject

    const results = await concurrently(50, nodes, (node, index) =>
      node.accounts.create({ ...candidates[index]!, usernameKey }),
    )

    const won = candidates.filter((_, index) => results[index] === 'created')
    equal(won.length, 1)
    deepEqual(await nodes[0].accounts.findByUsername('acme', usernameKey), { ...won[0], usernameKey })
    for (const one of candidates) equal((await nodes[0].accounts.find(one)) === null, one !== won[0])
  },

  async 'changePassword replaces the hash that is expected, and no other'(store, other) {
    const before = account()
    await store.accounts.create(before)

    equal(await store.accounts.changePassword(before, 'another', 'next'), 'lost')
    equal(await store.accounts.changePassword(owner(), before.passwordHash, 'next'), 'lost')
    deepEqual(await store.accounts.find(before), before)
    equal(await store.accounts.changePassword(before, before.passwordHash, text), 'changed')

    deepEqual(await other.accounts.findByUsername('', before.usernameKey), { ...before, passwordHash: text })
  },

  async "of 50 that change a password at once one wins, and the hash is the winner's"(...nodes) {
    const before = account()
    await nodes[0].accounts.create(before)

    const results = await concurrently(50, nodes, (node, index) =>
      node.accounts.changePassword(before, before.passwordHash, `hash ${index}`),
    )

    equal(results.filter((result) => result === 'changed').length, 1)
    equal((await nodes[1].accounts.find(before))?.passwordHash, `hash ${results.indexOf('changed')}`)
  },

  async 'update changes what is given and counts the version up, if it is the expected one'(store, other) {
    const before = account({ scope: 'orders', profile: { name: 'One' }, version: 3 })
    await store.accounts.create(before)

    equal(await store.accounts.update(before, 2, { scope: 'admin' }), 'lost')
    equal(await store.accounts.update(before, 4, { scope: 'admin' }), 'lost')
    equal(await store.accounts.update(owner(), 3, { scope: 'admin' }), 'lost')
    deepEqual(await store.accounts.find(before), before)
    equal(await store.accounts.update(before, 3, { disabled: true }), 'updated')
    deepEqual(await other.accounts.find(before), { ...before, disabled: true, version: 4 })
    equal(await other.accounts.update(before, 4, { scope: '', profile: { [text]: text } }), 'updated')

    const after = { ...before, disabled: true, scope: '', profile: { [text]: text }, version: 5 }
    deepEqual(await store.accounts.find(before), after)
    deepEqual(await store.accounts.findByUsername('', before.usernameKey), after)
  },

  async 'update changes nothing once its time is over, and says that the store was not there in time'(store, other) {
    const before = account({ scope: 'orders' })
    await store.accounts.create(before)
    const late = (await store.now()) - 1

    for (const change of [{ disabled: true }, { scope: 'orders admin' }, { profile: { name: 'One' } }]) {
      await rejects(store.accounts.update(before, 0, change, late), StoreUnavailableError)
    }
    deepEqual(await other.accounts.find(before), before)

    equal(await store.accounts.update(before, 1, { scope: '' }, late + 60_000), 'lost')
    equal(await store.accounts.update(before, 0, { scope: '' }, late + 60_000), 'updated')
    deepEqual(await other.accounts.find(before), { ...before, scope: '', version: 1 })
  },

  async 'of 50 that update at once one wins'(...nodes) {
    const before = account()
    await nodes[0].accounts.create(before)

    const results = await concurrently(50, nodes, (node, index) =>
      node.accounts.update(before, 0, { profile: { winner: index } }),
    )

    equal(results.filter((result) => result === 'updated').length, 1)
    const after = await nodes[1].accounts.find(before)
    deepEqual(after, { ...before, version: 1, profile: { winner: results.indexOf('updated') } })
  },

  async 'a new password and a new profile at once are both kept'(...nodes) {
    const before = account()
    await nodes[0].accounts.create(before)

    await concurrently(2, nodes, (node, index) =>
      index === 0
        ? node.accounts.changePassword(before, before.passwordHash, 'next')
        : node.accounts.update(before, 0, { scope: 'admin' }),
    )

    deepEqual(await nodes[0].accounts.find(before), { ...before, passwordHash: 'next', scope: 'admin', version: 1 })
  },

  async 'hasScope finds a whole word of any account, and no part of one'(store, other) {
    const unique = owner().subject
    const scope = `orders ${unique}:read ${unique}% ${unique}Z`
    await store.accounts.create(account({ tenant: unique, scope }))

    equal(await other.accounts.hasScope(`${unique}:read`), true)
    equal(await store.accounts.hasScope(`${unique}%`), true)
    equal(await store.accounts.hasScope(`${unique}Z`), true)
    for (const value of [
      unique,
      `${unique}_`,
      `${unique}z`,
      '',
      ' ',
      scope,
      `orders ${unique}:read`,
      `${unique}:rea`,
    ]) {
      equal(await store.accounts.hasScope(value), false, value)
    }
  },

  async 'hasScope follows updates'(store) {
    const before = account()
    const value = owner().subject
    await store.accounts.create(before)

    await store.accounts.update(before, 0, { scope: value })
    equal(await store.accounts.hasScope(value), true)
    await store.accounts.update(before, 1, { scope: '' })
    equal(await store.accounts.hasScope(value), false)
  },

  async 'what the caller does to an account does not reach the store'(store) {
    const given = account({ profile: { name: 'One' } })
    const kept = structuredClone(given)
    await store.accounts.create(given)
    Object.assign(given.profile, { name: 'Spoilt' })
    Object.assign((await store.accounts.find(kept))!.profile, { name: 'Spoilt' })
    Object.assign((await store.accounts.findByUsername('', kept.usernameKey))!, { scope: 'admin' })

    deepEqual(await store.accounts.find(kept), kept)
  },
})
