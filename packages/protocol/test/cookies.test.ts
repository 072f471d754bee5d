import { describe, expect, it } from 'vitest'
import { clientIdInCookieName, readCookies, refreshCookieName } from '../src/cookies.js'

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

  it('gives its client id back where it is the name of this session, whatever the id looks like', () => {
    for (const secure of [true, false]) {
      const scheme = { base: 'sessionward', secure }
      for (const clientId of ['web', 'w', '-_-', 'a'.repeat(32), '5n2EP82j']) {
        expect(clientIdInCookieName(scheme, refreshCookieName(scheme, clientId, sid), sid)).toBe(clientId)
      }
    }
  })

  it.each([
    ['of another session', '__Host-Http-sessionward.web.AAAAAAAA'],
    ['with more behind it', '__Host-Http-sessionward.web.5n2EP82jA'],
    ['without the prefix', 'sessionward.web.5n2EP82j'],
    ['with another prefix', '__Host-sessionward.web.5n2EP82j'],
    ['in other letters', '__host-http-sessionward.web.5n2EP82j'],
    ['behind a no-break space', '\u00a0__Host-Http-sessionward.web.5n2EP82j'],
    ['before a no-break space', '__Host-Http-sessionward.web.5n2EP82j\u00a0'],
    ['without a client id', '__Host-Http-sessionward..5n2EP82j'],
    ['in which prefix and end overlap', '__Host-Http-sessionward.5n2EP82j'],
    ['with a client id that none can be', '__Host-Http-sessionward.a.b.5n2EP82j'],
    ['with a client id that is too long', `__Host-Http-sessionward.${'a'.repeat(33)}.5n2EP82j`],
  ])('is not a name %s', (_, name) => {
    expect(clientIdInCookieName({ base: 'sessionward', secure: true }, name, sid)).toBeUndefined()
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

  it('trims spaces and tabs, and no other white space, as browsers do', () => {
    expect(readCookies(' \t a \t = 1 ;\u00a0b=2;\u2003c=\u00a03\u00a0;\ufeffd=4')).toEqual([
      ['a', '1'],
      ['\u00a0b', '2'],
      ['\u2003c', '\u00a03\u00a0'],
      ['\ufeffd', '4'],
    ])
  })

  it('passes over what has no name and value, and takes no header for none', () => {
    expect(readCookies('lone; a=1;;')).toEqual([['a', '1']])
    expect([readCookies(null), readCookies(undefined), readCookies('')]).toEqual([[], [], []])
  })
})
