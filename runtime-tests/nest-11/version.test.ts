import { Reflector } from '@nestjs/core'
import { expect, test } from 'vitest'

test('it is NestJS 11 that these tests run on', () => {
  // Nest does not say its version, but where its code is.
  let stack = ''
  try {
    new Reflector().get('', null as never)
  } catch (error) {
    stack = String((error as Error).stack)
  }
  expect(stack).toContain('/.cache/nest-11/node_modules/@nestjs/core/')
})
