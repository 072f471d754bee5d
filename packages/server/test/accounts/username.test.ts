import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldUsername, isUsername, usernameKey } from '../../src/accounts/username.js'

describe('usernameKey', () => {
  it.each([
    ['case', 'Alice', 'alice'],
    ['space around it', '  alice ', 'alice'],
    ['full-width letters', '\uff21\uff4c\uff49\uff43\uff45', 'alice'],
    ['composition', 'Ame\u0301lie', 'am\u00e9lie'],
    ['composition that only lower case knows', '\u03aa\u0301', '\u0390'],
    ['ligatures', '\ufb01nn', 'finn'],
    ['a Turkish capital, whatever the locale', 'IRMAK', 'irmak'],
  ])('brings together names that differ in %s', (_, username, key) => {
    expect(usernameKey(username)).toBe(key)
  })

  it('is its own key: folding twice changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(foldUsername(foldUsername(text))).toBe(foldUsername(text))
      }),
    )
  })

  it.each([
    ['empty', ''],
    ['only space', ' \u00a0\u3000'],
    ['too long', 'x'.repeat(129)],
    ['a line break', 'ali\nce'],
    ['NUL', 'alice\0'],
    ['a zero-width space', 'ali\u200bce'],
    ['a turn of direction', 'alice\u202e'],
    ['a lone surrogate', 'alice\ud800'],
  ])('refuses a name that is or has %s, and does not repeat it', (_, username) => {
    expect(isUsername(username)).toBe(false)
    expect(() => usernameKey(username)).toThrow(/^invalid_request: username: expected [a-z0-9 ]+$/)
  })

  it('takes 128 characters, counted as people count them', () => {
    expect(usernameKey('x'.repeat(128))).toHaveLength(128)
    expect(isUsername('\u{1f600}'.repeat(128))).toBe(true)
  })
})
