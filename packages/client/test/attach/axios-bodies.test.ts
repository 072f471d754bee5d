import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { openAttached } from '../support/attached.js'
import { comparable } from '../support/recording-api.js'
import { outcome, useWorld } from '../support/world.js'

const world = useWorld()
const file = randomBytes(3 * 1024 * 1024)

test.each(['http', 'fetch'] as const)('a form is sent twice, whole (%s)', async (adapter) => {
  const { api, instance, bare, expire } = await openAttached(world, { defaults: { adapter } })
  const form = new FormData()
  form.append('name', 'a')
  form.append('file', new Blob([file]), 'a.bin')
  await bare.post('/upload', form)
  await expire()

  await instance.post('/upload', form)

  const [expected, first, second] = api.calls.map((call) => comparable(call))
  expect(api.calls.map(({ body }) => body.indexOf(file) > 0)).toEqual([true, true, true])
  expect(first).toEqual(expected)
  expect(second).toEqual(expected)
})

test('a form where the instance asks for JSON becomes what bare axios makes of it', async () => {
  const headers = { 'Content-Type': 'application/json' }
  const { api, instance, bare, expire } = await openAttached(world, { defaults: { headers } })
  const form = new FormData()
  form.append('name', 'a')
  await bare.post('/upload', form)
  await expire()

  await instance.post('/upload', form)

  const [expected, first, second] = api.calls.map((call) => comparable(call))
  expect([first, second]).toEqual([expected, expected])
})

test.each([
  ['a Blob', () => new Blob([file])],
  ['a Buffer', () => file],
])('%s is sent twice, whole', async (_, make) => {
  const { api, instance, expire } = await openAttached(world)
  await expire()

  await instance.put('/upload', make())

  const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
  expect(api.calls.map(({ body }) => hash(body))).toEqual([hash(file), hash(file)])
})

test('a stream is sent once, and an error says why not twice; the session is fresh for the next try', async () => {
  const { api, instance, expire } = await openAttached(world)
  await expire()

  expect(await outcome(instance.put('/upload', Readable.from([file])))).toBe('TypeError')

  expect(api.calls.length).toBe(1)
  expect((await instance.put('/upload', Readable.from([file]))).status).toBe(200)
})

test('a stream that is answered at once is like any other body', async () => {
  const { instance } = await openAttached(world)

  expect((await instance.put('/upload', Readable.from(['a', 'b']))).status).toBe(200)
})
