import { expect, test } from 'vitest'
import { resolveReturnTo } from '../src/return-to.js'
import { hostileAddresses } from './hostile-addresses.js'

const base = 'https://shop.example.com'
const home = `${base}/`

test('the corpus has at least 80 payloads, each once', () => {
  expect(new Set(hostileAddresses).size).toBe(hostileAddresses.length)
  expect(hostileAddresses.length).toBeGreaterThanOrEqual(80)
})

test.each(hostileAddresses.map((address) => [JSON.stringify(address).slice(0, 60), address]))(
  '%s goes home',
  (_, address) => {
    expect(resolveReturnTo(address, { base, origins: ['https://other.example.com'] })).toBe(home)
  },
)

test.each([undefined, null, 7, {}, ['/orders'], new URL('https://shop.example.com/orders')])(
  'what is no string goes home: %o',
  (value) => {
    expect(resolveReturnTo(value, { base })).toBe(home)
  },
)

test.each([
  ['/', '/'],
  ['/orders', '/orders'],
  ['/orders?page=2&sort=%2Fname#row-7', '/orders?page=2&sort=%2Fname#row-7'],
  ['/search?q=//e.test', '/search?q=//e.test'],
  ['/search?next=https://e.test', '/search?next=https://e.test'],
  ['/a/b//c', '/a/b//c'],
  ['/a/../b', '/b'],
  ['/@anna', '/@anna'],
  ['/%E8%AE%A2%E5%8D%95', '/%E8%AE%A2%E5%8D%95'],
  ['https://shop.example.com', '/'],
  ['https://shop.example.com/orders', '/orders'],
  ['HTTPS://SHOP.EXAMPLE.COM/orders', '/orders'],
  ['https://shop.example.com:443/orders', '/orders'],
])('%s on our own origin is followed', (address, path) => {
  expect(resolveReturnTo(address, { base })).toBe(base + path)
})

test('an absolute address on a listed origin is followed, and on no other', () => {
  const rule = { base, origins: new Set(['https://app.example.com', 'http://localhost:3000']) }

  expect(resolveReturnTo('https://app.example.com/inbox?x=1', rule)).toBe('https://app.example.com/inbox?x=1')
  expect(resolveReturnTo('http://localhost:3000/', rule)).toBe('http://localhost:3000/')
  expect(resolveReturnTo('http://localhost:3001/', rule)).toBe(home)
})

test("an application's own scheme in origins is no place to go back to", () => {
  expect(resolveReturnTo('capacitor://localhost/', { base, origins: ['capacitor://localhost'] })).toBe(home)
})

test('home can be a path or an address of the application', () => {
  expect(resolveReturnTo('//e.test', { base, home: '/start' })).toBe(`${base}/start`)
  expect(resolveReturnTo('//e.test', { base, home: 'https://www.example.com/' })).toBe('https://www.example.com/')
})
