import { expect, test } from 'vitest'
import { rawPathOf } from '../src/raw-path.js'

test.each([
  ['/auth/login?x=1', '/auth/login'],
  ['/auth/%6cogin', '/auth/%6cogin'],
  ['/auth/./login', '/auth/./login'],
  ['/a/../auth/login', '/a/../auth/login'],
  ['//auth/login', '//auth/login'],
  ['https://auth.example.com/auth/login?x=/a', '/auth/login'],
  ['https://auth.example.com?x=/auth/login', ''],
  ['https://auth.example.com', ''],
  ['auth.example.com:443', ''],
  ['*', ''],
  ['', ''],
])('the path of %s is "%s"', (target, path) => {
  expect(rawPathOf(target)).toBe(path)
})
