import { describe, expect, it } from 'vitest'
import { authenticateClient } from '../../src/http/client-authentication.js'
import { randomSecret } from '../harness/secrets.js'

const secret = randomSecret()
const clients = new Map([
  ['web', secret],
  ['sign:ed', 'a secret: with + and % and ü in it, long enough'],
])

function basic(credentials: string, scheme = 'Basic '): Headers {
  return new Headers({ Authorization: scheme + Buffer.from(credentials).toString('base64') })
}

function form(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

describe('authenticateClient', () => {
  it('knows a client by its id and secret, form-encoded as RFC 6749 section 2.3.1 says', () => {
    expect(authenticateClient(basic(`web:${form(secret)}`), clients)).toBe('web')
    expect(authenticateClient(basic(`${form('sign:ed')}:${form(clients.get('sign:ed')!)}`), clients)).toBe('sign:ed')
    expect(authenticateClient(basic(`web:${form(secret)}`, 'bAsIc  '), clients)).toBe('web')
  })

  it('says nothing of requests that do not authenticate so', () => {
    for (const headers of [{}, { Authorization: 'Bearer abc' }, { Authorization: 'Basically abc' }]) {
      expect(authenticateClient(new Headers(headers as Record<string, string>), clients)).toBeUndefined()
    }
  })

  it.each([
    ['a wrong secret', basic('web:wrong')],
    ['an unknown client', basic(`other:${form(secret)}`)],
    ['an unknown client without a secret', basic('other:')],
    ['no secret', basic('web')],
    ['an empty secret', basic('web:')],
    ['nothing at all', basic('')],
    ['a broken encoding', basic('web:%E0%A4%A')],
    ['the secret of another', basic(`web:${form(clients.get('sign:ed')!)}`)],
    ['no base64', new Headers({ Authorization: 'Basic {}' })],
    ['the scheme alone', new Headers({ Authorization: 'Basic' })],
    ['two of them', new Headers({ Authorization: `${basic(`web:${form(secret)}`).get('Authorization')}, Basic x` })],
    ['a property of every object', basic('__proto__:x')],
  ])('refuses %s as invalid_client, with the challenge of its scheme (section 5.2)', (_, headers) => {
    expect(() => authenticateClient(headers, clients)).toThrowError(
      expect.objectContaining({
        code: 'invalid_client',
        headers: { 'WWW-Authenticate': 'Basic realm="sessionward"' },
        detail: undefined,
      }),
    )
  })
})
