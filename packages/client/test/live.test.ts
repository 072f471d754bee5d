import { describe, expect, it } from 'vitest'
import { ann, outcome, until, useWorld } from './support/world.js'

const world = useWorld()
const live = { live: true } as const

const sidOf = () => [...world.server.streams].map(({ sid }) => sid)
const streams = () => world.server.streams.size
const calls = (path: string) => world.server.calls.filter((call) => call.path === path).length

async function openLive(options: Parameters<typeof world.open>[0] = {}, facts: Parameters<typeof world.open>[1] = {}) {
  const tab = await world.openSignedIn({ ...live, ...options }, facts)
  await until(() => streams() === 1)
  return tab
}

describe('with `live`', () => {
  it('tells every tab at once why the session has ended, without a request', async () => {
    const tab = await openLive()
    const other = world.open(live)
    await until(() => other.client.state === 'active')
    const asked = world.server.calls.length

    world.server.tell(tab.client.session!.id, 'session_revoked')

    await until(() => tab.client.reason === 'session_revoked' && other.client.reason === 'session_revoked')
    expect(world.server.calls.length).toBe(asked)
    expect(streams()).toBe(0)
  })
})
