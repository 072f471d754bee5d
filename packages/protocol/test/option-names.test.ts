import { expect, test } from 'vitest'
import { unknownOption } from '../src/option-names.js'

test('known names are in order', () => {
  expect(unknownOption({ scope: 'a' }, ['scope', 'origins'])).toBeUndefined()
})

test.each([
  ['origin', 'origins'],
  ['scopes', 'scope'],
  ['Scope', 'scope'],
  ['issure', 'issuer'],
  ['isuer', 'issuer'],
  ['cookieNames', 'cookieName'],
])('%s is answered with the name that was probably meant', (given, meant) => {
  expect(unknownOption({ [given]: 1 }, ['basePath', meant])).toBe(
    `unknown option \`${given}\`; did you mean \`${meant}\`?`,
  )
})

test('a name that is like no other is answered with all that exist, and with the place where it stands', () => {
  expect(unknownOption({ banana: 1 }, ['seal', 'guards'], 'secrets')).toBe(
    'unknown option `secrets.banana`; expected seal, guards',
  )
})

test('the value of an unknown option never stands in the message', () => {
  expect(unknownOption({ hunter2: 'hunter3' }, ['seal'])).not.toContain('hunter3')
})
