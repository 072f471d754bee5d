import { expect, test } from 'vitest'
import { authView } from '../../src/ui/auth-view.js'
import { whenPersonKnown } from '../../src/ui/when-person-known.js'
import { until, useWorld } from '../support/world.js'

const world = useWorld()

test('shows the user of the server until the client knows, and stays the same object if it is the same person', async () => {
  const first = await world.openSignedIn()
  first.client.destroy()
  const { client } = world.open()
  const changes: unknown[] = []
  const view = authView(client, { username: 'ann' })
  view.onSubjectChange((change) => changes.push(change))

  const before = view.current()
  await until(() => client.state === 'active')

  expect(before).toEqual({ status: 'signed-in', user: { username: 'ann' }, reason: undefined })
  expect(view.first()).toBe(before)
  expect(view.current()).toBe(before)
  expect(changes).toEqual([])
})

test.each([
  ['somebody else', () => world.signInElsewhere('bob'), { username: 'bob' }],
  ['nobody', () => {}, undefined],
])('if %s is signed in, the person of the server has gone, once', async (_, arrange, to) => {
  arrange()
  const { client } = world.open()
  const changes: unknown[] = []
  const view = authView(client, { username: 'ann' })
  // As StrictMode does.
  view.onSubjectChange((change) => changes.push(change))()
  view.onSubjectChange((change) => changes.push(change))

  await until(() => client.state !== 'unknown')
  view.onSubjectChange((change) => changes.push(change))

  expect(view.current().user).toEqual(to)
  expect(changes).toEqual([{ from: { username: 'ann' }, to }])
})

test('a suspense boundary waits for the auth server once, for five seconds at most', async () => {
  world.server.script = () => ({ hang: true })
  const tab = world.open()

  const wait = whenPersonKnown(tab.client)
  expect(whenPersonKnown(tab.client)).toBe(wait)
  tab.pass(5000)
  await wait

  expect([tab.client.state, whenPersonKnown(tab.client)]).toEqual(['unknown', undefined])
})

test('a suspense boundary waits until the client knows who is signed in', async () => {
  const { client } = world.open()

  await whenPersonKnown(client)

  expect(client.state).toBe('anonymous')
})
