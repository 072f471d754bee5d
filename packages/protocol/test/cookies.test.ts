import { describe, expect, it } from 'vitest'
import { readCookies, refreshCookieName, refreshCookiePrefix } from '../src/cookies.js'

const sid = '5n2EP82jAYoq7gYS8noDnA'

describe('the name of a refresh cookie', () => {
  it('has the prefix that makes a browser insist on Secure, HttpOnly and one host, where there is https', () => {
    expect(refreshCookieName({ base: 'sessionward', secure: true }, 'web', sid)).toBe(
      '__Host-Http-sessionward.web.5n2EP82j',
    )
  })

  it('has none on plain http, where browsers would refuse it', () => {
    expect(refreshCookieName({ base: 'sessionward', secure: false }, 'web', sid)).toBe('sessionward.web.5n2EP82j')
  })

  it('begins with the prefix of its client and of no other, even one whose id begins alike', () => {
    const scheme = { base: 'sessionward', secure: true }
    const name = refreshCookieName(scheme, 'web', sid)

    expect(name.startsWith(refreshCookiePrefix(scheme, 'web'))).toBe(true)
    expect(name.startsWith(refreshCookiePrefix(scheme))).toBe(true)
    expect(name.startsWith(refreshCookiePrefix(scheme, 'we'))).toBe(false)
  })
})

describe('reading a Cookie header', () => {
  it('gives names and values in their order, a name that comes twice too', () => {
    expect(readCookies('a=1; b=x=y;a=2 ;  c=')).toEqual([
      ['a', '1'],
      ['b', 'x=y'],
      ['a', '2'],
      ['c', ''],
    ])
  })

  it('passes over what has no name and value, and takes no header for none', () => {
    expect(readCookies('lone; a=1;;')).toEqual([['a', '1']])
    expect([readCookies(null), readCookies(undefined), readCookies('')]).toEqual([[], [], []])
  })
})
