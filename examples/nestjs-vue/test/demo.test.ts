import { afterAll, beforeAll, expect, test } from 'vitest'
import { type NestVue, startNestVue } from '../src/start.js'

let system: NestVue

beforeAll(async () => {
  system = await startNestVue({ port: 0 })
})
afterAll(() => system?.close())

test('only the page of the example has its tokens expire', async () => {
  const origins = [{}, { Origin: 'https://evil.example' }, { Origin: 'null' }, { Origin: system.url }]

  const responses = await Promise.all(
    origins.map((headers) => fetch(`${system.url}/demo/expire`, { method: 'POST', headers })),
  )

  expect(responses.map(({ status }) => status)).toEqual([403, 403, 403, 204])
})
