import { expect, test } from 'vitest'
import { Warnings } from '../src/warnings.js'
import { makeLogger } from './issuer.js'

test('a warning is logged again when it changes, and when its cause comes back', () => {
  const { logger, warnings } = makeLogger()
  const said = new Warnings(logger)
  said.warn('keys', 'refused')
  said.warn('keys', 'refused')
  said.warn('keys', 'timeout')
  said.resolve('keys')
  said.warn('keys', 'timeout')
  expect(warnings).toEqual(['refused', 'timeout', 'timeout'].map((message) => `Sessionward guard: ${message}`))
})

test("a logger's functions are called as its methods, as pino needs it", () => {
  const logger = {
    lines: [] as string[],
    warn(message: string) {
      this.lines.push(message)
    },
    error() {},
  }
  new Warnings(logger).once('clock', 'off')
  expect(logger.lines).toHaveLength(1)
})
