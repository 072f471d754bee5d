import { expect, test } from 'vitest'
import { downloadCookie } from '../src/download-cookie.js'

const headers = { authorization: 'Bearer aaa.bbb.ccc' }

test('a download cookie is limited to the files and to a minute, and is hidden from scripts', () => {
  expect(downloadCookie(headers, { path: '/files' })).toBe(
    'download_token=aaa.bbb.ccc; Path=/files; Max-Age=60; HttpOnly; SameSite=Lax; Secure',
  )
})

test('on plain http it needs no https, and name and time can be chosen', () => {
  expect(downloadCookie(headers, { path: '/', name: 'f', seconds: 5, secure: false })).toBe(
    'f=aaa.bbb.ccc; Path=/; Max-Age=5; HttpOnly; SameSite=Lax',
  )
})

test.each<[string, object, object, RegExp]>([
  ['no path', headers, {}, /^path: must be the path of the files/],
  ['a path that ends the attribute', headers, { path: '/a; Domain=evil.example' }, /^path: /],
  ['a relative path', headers, { path: 'files' }, /^path: /],
  ['a name that is none', headers, { path: '/', name: 'a=b' }, /^name: /],
  ['an hour', headers, { path: '/', seconds: 3600 }, /^seconds: must be a whole number from 1 to 300/],
  ['a misspelt name', headers, { path: '/', maxAge: 3 }, /unknown option `maxAge`/],
  ['no token', {}, { path: '/' }, /This request needs an access token/],
  ['a token that was never verified', { authorization: 'Bearer a;b' }, { path: '/' }, /not valid/],
])('%s is refused', (_title, given, options, message) => {
  expect(() => downloadCookie(given as never, options as never)).toThrow(message)
})
