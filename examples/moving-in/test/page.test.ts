import { expect, test } from 'vitest'
import { outcome, problem, until, useWorld } from '../../../packages/client/test/support/world.js'
import { staysWithOldSystem } from '../src/page.js'

const world = useWorld()

test.each([
  ['signs the person in here and removes the old token', 'ann', false, [], 'active'],
  ['goes on with the old system and keeps the old token', 'elsewhere', true, ['refreshToken'], 'anonymous'],
  ['has the person sign in and removes a token that is not accepted', undefined, false, [], 'anonymous'],
])('the page %s', async (_, subject, expected, left, state) => {
  if (subject !== undefined) world.server.oldTokens.set('old', subject)
  const { client } = world.open()
  const storage = storageWith({ refreshToken: 'old' })

  const stays = await staysWithOldSystem(client, storage)

  expect([stays, Object.keys(storage.kept), client.state]).toEqual([expected, left, state])
})

test('the page keeps the old token while the auth server is unavailable', async () => {
  const { client } = world.open()
  await until(() => client.state === 'anonymous')
  world.server.script = () => problem(503, 'service_unavailable', 'retry')
  const storage = storageWith({ refreshToken: 'old' })

  const result = await outcome(staysWithOldSystem(client, storage))

  expect([result, storage.kept]).toEqual(['SignInError service_unavailable', { refreshToken: 'old' }])
})

test('a page without an old token asks nobody', async () => {
  const { client } = world.open()

  expect(await staysWithOldSystem(client, storageWith({}))).toBe(false)
})

function storageWith(kept: Record<string, string>) {
  const storage = {
    kept,
    getItem: (name: string) => kept[name] ?? null,
    removeItem: (name: string) => void delete kept[name],
  }
  return storage as unknown as Storage & { kept: Record<string, string> }
}
