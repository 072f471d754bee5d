import { expect, test } from 'vitest'
import { whatToDo } from '../../../examples/own-client/what-to-do.js'
import { problem } from '../src/index.js'

test.each([
  ['access_token_expired', 'refresh'],
  ['service_unavailable', 'retry'],
  ['session_revoked', 'terminal'],
] as const)('the example of a client of your own reads in %s that it should %s', async (code, verdict) => {
  const { status } = problem(code)
  expect(await whatToDo(Response.json(problem(code), { status }))).toBe(verdict)
})

test('the example of a client of your own leaves every other answer alone', async () => {
  expect(await whatToDo(Response.json({ orders: [] }))).toBeUndefined()
  expect(await whatToDo(new Response('<h1>Bad gateway</h1>', { status: 502 }))).toBeUndefined()
})
