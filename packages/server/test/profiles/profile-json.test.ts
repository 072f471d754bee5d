import { describe, expect, it } from 'vitest'
import type { Profile } from '../../src/directory/directory.js'
import { parseProfile, stringifyProfile } from '../../src/profiles/profile-json.js'

const user = { subject: 'ann' }

class Row {
  readonly name = 'Ann'
}

class Money {
  readonly cents = 100

  toJSON() {
    return '1.00'
  }
}

describe('a profile as JSON', () => {
  it.each<[string, Profile]>([
    ['of all that there can be', { scope: 'a b', version: 3, claims: { dept: ['x', { y: null }] }, user: { n: 1.5 } }],
    ['of a member that is undefined', { user: { ...user, name: undefined } }],
    ['of rows of a database', { user: Object.assign(Object.create(null), { row: new Row() }) }],
    ['of any text', { user: { text: '\u0000 "\ud800" ä 漢 __proto__' } }],
  ])('comes back as it was: %s', (_, profile) => {
    const json = stringifyProfile(profile)!

    expect(JSON.stringify(parseProfile(json))).toBe(JSON.stringify(profile))
    expect(parseProfile(json)).toEqual(profile)
  })

  it.each<[string, unknown]>([
    ['a Date', new Date(0)],
    ['a BigInt', 1n],
    ['a Map', new Map([[1, 2]])],
    ['a Set', new Set([1])],
    ['bytes', new Uint8Array(2)],
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['not a number', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['minus zero', -0],
    ['nothing within a list', [undefined]],
    ['a hole in a list', Array(1)],
    ['something with a form of its own', new Money()],
  ])('is none where it holds %s', (_, value) => {
    expect(stringifyProfile({ user: { deep: [{ value }] } })).toBeUndefined()
  })

  it('is none where it holds itself', () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle

    expect(stringifyProfile({ user: circle })).toBeUndefined()
  })

  it.each([
    ...['', '{', 'null', '[]', '"user"', '{}', '{"user":null}', '{"user":[]}', '{"user":"ann"}'],
    ...['{"user":{},"scope":1}', '{"user":{},"version":"1"}', '{"user":{},"claims":[]}', '{"user":{},"claims":null}'],
  ])('is not what %j says', (json) => {
    expect(parseProfile(json)).toBeUndefined()
  })
})
