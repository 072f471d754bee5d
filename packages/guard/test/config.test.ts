import { describe, expect, test } from 'vitest'
import { type GuardConfig, type GuardOptions, readOptions } from '../src/config.js'
import { createGuard } from '../src/guard.js'
import { makeGuard, makeKey } from './issuer.js'

const keys = { keys: [makeKey('ES256', 'key').jwk] }
const good: GuardOptions = { issuer: 'https://auth.example.com', audience: 'orders' }
const source = { subscribe: () => () => undefined }

/** The one issuer of a guard. */
const only = ({ issuers }: GuardConfig) => issuers[0]!

test('two options are enough', () => {
  const config = readOptions(good)
  expect({ ...only(config), ...config }).toMatchObject({
    audiences: ['orders'],
    keys: { from: 'uri', uri: 'https://auth.example.com/.well-known/jwks.json' },
    algorithms: ['ES256'],
    types: ['at+jwt'],
    maxLifetime: 3600,
    clockTolerance: 5,
    feed: undefined,
    staleness: { after: 30 },
    cacheSize: 1000,
  })
})

test.each([
  ['https://auth.example.com', 'https://auth.example.com/.well-known/jwks.json'],
  ['https://auth.example.com/', 'https://auth.example.com/.well-known/jwks.json'],
  ['https://auth.example.com/tenant', 'https://auth.example.com/tenant/.well-known/jwks.json'],
  ['http://auth.intranet:4000', 'http://auth.intranet:4000/.well-known/jwks.json'],
])('the keys of %s are at %s', (issuer, uri) => {
  expect(only(readOptions({ ...good, issuer })).keys).toMatchObject({ uri })
})

test.each(['127.0.0.1:4000', 'localhost', 'auth.localhost', '127.0.0.2', '[::1]:4000'])(
  'an https issuer may be read over plain http on this machine: %s',
  (host) => {
    expect(only(readOptions({ ...good, jwksUri: `http://${host}/jwks.json` })).keys).toMatchObject({ from: 'uri' })
  },
)

test('with `keys` the issuer need not be a URL', () => {
  expect(only(readOptions({ ...good, issuer: 'urn:example:auth', keys })).issuer).toBe('urn:example:auth')
})

describe('an invalid option is named with what was expected', () => {
  test.each<[string, object]>([
    ['issuer', { issuer: undefined }],
    ['issuer', { issuer: '' }],
    ['issuer', { issuer: 'auth.example.com' }],
    ['issuer', { issuer: 'ftp://auth.example.com' }],
    ['issuer', { issuer: 'https://user:password@auth.example.com' }],
    ['issuer', { issuer: 'https://auth.example.com?x=1' }],
    ['audience', { audience: undefined }],
    ['audience', { audience: '' }],
    ['audience', { audience: [] }],
    ['audience', { audience: ['orders', ''] }],
    ['audience', { audience: 1 }],
    ['jwksUri', { jwksUri: '/jwks.json' }],
    ['jwksUri', { jwksUri: 'http://auth.example.com/jwks.json' }],
    ['jwksUri', { jwksUri: 'http://127.evil.example/jwks.json' }],
    ['jwksUri', { jwksUri: 'http://127.0.0.1.evil.example/jwks.json' }],
    ['jwksUri', { jwksUri: 'http://localhost.evil.example/jwks.json' }],
    ['jwksUri', { jwksUri: 'https://auth.example.com/jwks.json', keys }],
    ['algorithms', { algorithms: [] }],
    ['algorithms', { algorithms: 'ES256' }],
    ['algorithms', { algorithms: ['HS256'] }],
    ['algorithms', { algorithms: ['none'] }],
    ['types', { types: [] }],
    ['maxLifetime', { maxLifetime: 0 }],
    ['maxLifetime', { maxLifetime: '3600' }],
    ['maxLifetime', { maxLifetime: Number.POSITIVE_INFINITY }],
    ['clockTolerance', { clockTolerance: -1 }],
    ['clockTolerance', { clockTolerance: 61 }],
    ['clockTolerance', { clockTolerance: Number.NaN }],
    ['clockTolerance', { clockTolerance: '5' }],
    ['now', { now: 1 }],
    ['fetch', { fetch: 'fetch' }],
    ['cacheSize', { cacheSize: -1 }],
    ['cacheSize', { cacheSize: 1.5 }],
    ['feed', { feed: true }],
    ['feed.credential', { feed: { credential: 5 } }],
    ['feed.credential', { feed: { credential: 'two\r\nlines' } }],
    ['feed.url', { feed: { credential: 'c', url: 'http://auth.example.com/feed' } }],
    ['feed.subscribe', { feed: { subscribe: true } }],
    ['staleness.after', { feed: source, staleness: { after: 0 } }],
    ['staleness.after', { feed: source, staleness: { after: Number.NaN } }],
    ['staleness', { feed: source, staleness: 'deny' }],
    ['logger', { logger: null }],
    ['logger', { logger: { warn: () => undefined } }],
    ['onRefused', { onRefused: 'log' }],
    ['envelope', { envelope: { ok: 10200, codes: { default: 10500 } } }],
    ['envelope', { envelope: null }],
  ])('%s in %j', (option, wrong) => {
    expect(() => createGuard({ ...good, ...wrong } as GuardOptions)).toThrow(
      new RegExp(`^${option.replace('.', '\\.')}: must be `),
    )
  })

  test.each<[object, string]>([
    [{ audiance: 'orders' }, 'unknown option `audiance`; did you mean `audience`?'],
    [
      { feed: { credential: 'c', uri: 'https://auth.example.com/feed' } },
      'unknown option `feed.uri`; did you mean `feed.url`?',
    ],
    [{ feed: source, staleness: { afer: 5 } }, 'unknown option `staleness.afer`; did you mean `staleness.after`?'],
  ])('an option that does not exist is refused: %j', (wrong, message) => {
    expect(() => createGuard({ ...good, ...wrong } as GuardOptions)).toThrow(new TypeError(message))
  })

  test.each([
    ['undefined', undefined],
    ['empty', ''],
  ])('a credential that is %s is missing', (found, credential) => {
    expect(() => createGuard({ ...good, feed: { credential } })).toThrow(
      new TypeError(`feed.credential is missing (${found}): is the environment variable set?`),
    )
  })

  test('a credential is not quoted', () => {
    const credential = 'secret credential'
    expect(() => createGuard({ ...good, feed: { credential } })).toThrow(/^feed\.credential: must be (?!.*secret)/)
  })
})

/** One entry each, since a literal with `then` looks like a promise to a linter. */
function staleness(then: string): object {
  return Object.fromEntries([['then', then]])
}

test('introspect is refused until it exists', () => {
  expect(() => createGuard({ ...good, feed: source, staleness: staleness('introspect') })).toThrow('not available yet')
  expect(() => makeGuard({ keys, feed: source }).route({ staleness: staleness('introspect') })).toThrow(
    'not available yet',
  )
})

test('deny needs a feed', () => {
  expect(() => createGuard({ ...good, staleness: staleness('deny') })).toThrow('needs a feed')
  expect(() => makeGuard({ keys }).route({ staleness: staleness('deny') })).toThrow('needs a feed')
})

test('an unknown `staleness` is rejected', () => {
  expect(() => createGuard({ ...good, feed: source, staleness: staleness('reject') })).toThrow("'allow' or 'deny'")
})

test.each([[''], ['orders  profile'], ['say "x"'], [['two words']], ['ä'], [1], [['orders', 1]]])(
  'a route cannot ask for the scope %j',
  (scope) => {
    expect(() => makeGuard({ keys }).route({ scope: scope as string })).toThrow(/^scope: must be /)
  },
)

test('a misspelt option of a route is refused', () => {
  expect(() => makeGuard({ keys }).route({ scopes: 'orders' } as never)).toThrow(
    new TypeError('unknown option `scopes`; did you mean `scope`?'),
  )
})
