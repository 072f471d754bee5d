import { expect, test } from 'vitest'
import { describeFailure } from '../src/failure.js'

test('a failure is described in one line that cannot move the cursor of a terminal', () => {
  const failure = new Error('fetch failed\r\nSessionward guard: all is well\u2028\u001b[2J', {
    cause: { code: 'E\nBAD' },
  })

  expect(describeFailure(failure)).toBe('fetch failed  Sessionward guard: all is well  [2J (E BAD)')
})

test.each(['hunter2', "hun'ter2", 'hun ter2', 'hun@ter2', 'hun/ter2'])(
  'the password of an address is left out: %s',
  (password) => {
    expect(describeFailure(new TypeError(`cannot fetch https://guard:${password}@auth.example.com/keys`))).toBe(
      'cannot fetch https://***@auth.example.com/keys',
    )
  },
)

test('a long message is cut, and not in the middle of an address', () => {
  const message = `${'x '.repeat(480)}https://guard:${'hunter2'.repeat(20)}@auth.example.com`

  expect(describeFailure(new Error(message))).toBe(`${'x '.repeat(480)}...`)
})

test('a message with nothing to hide stays as it is', () => {
  const failure = new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } })

  expect(describeFailure(failure)).toBe('fetch failed (ECONNREFUSED)')
})
