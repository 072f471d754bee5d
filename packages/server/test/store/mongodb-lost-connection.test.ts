import { expect, test } from 'vitest'
import { readable } from '../../src/store/mongodb/errors.js'
import { StoreUnavailableError } from '../../src/store/store.js'

test.each(['EPIPE', 'ECONNRESET'])(
  'a command whose socket says %s did not reach MongoDB: it is unavailable',
  (code) => {
    const error = Object.assign(new Error('This socket has been ended by the other party'), { code })
    expect(readable(error)).toBeInstanceOf(StoreUnavailableError)
  },
)

test('a fault of ours is no outage', () => {
  expect(readable(Object.assign(new Error('bad'), { code: 'ERR_INVALID_ARG_TYPE' }))).not.toBeInstanceOf(
    StoreUnavailableError,
  )
})
