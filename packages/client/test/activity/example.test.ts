import { expect, test } from 'vitest'
import { measureWaits } from '../../../../examples/first-route/measure-waits.js'
import { outcome, useWorld } from '../support/world.js'

const world = useWorld()

test('the program of the docs reports what requests have waited for', async () => {
  const { client } = await world.openSignedIn()
  const reports: { waitedFor: string; milliseconds: number }[] = []
  const stop = measureWaits(client, (report: (typeof reports)[number]) => void reports.push(report))

  await client.fetch(world.hello)
  world.server.expireAccessTokens()
  await client.fetch(world.hello)
  world.server.expireAccessTokens()
  world.server.script = () => ({ status: 503 })
  await outcome(client.fetch(world.hello))
  stop()

  expect(reports.map(({ waitedFor }) => waitedFor)).toEqual(['refresh', 'refresh'])
  expect(reports.every(({ milliseconds }) => milliseconds >= 0)).toBe(true)
})
