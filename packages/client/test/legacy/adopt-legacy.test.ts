import { describe, expect, it } from 'vitest'
import { jsonBackend } from '../../src/backend/index.js'
import { createClient } from '../../src/index.js'
import { adoptLegacy } from '../../src/legacy/adopt-legacy.js'
import { shape } from '../support/backend-world.js'
import { ann, outcome, problem, until, useWorld } from '../support/world.js'

const world = useWorld()

describe.each(['cookie', 'body'] as const)('an old token that a script has kept, with transport %s', (transport) => {
  it('becomes the session of this browser, in the other tabs too', async () => {
    world.server.oldTokens.set('old', 'ann')
    const [tab, other] = [world.open({ transport }), world.open({ transport })]
    await until(() => other.client.state === 'anonymous')

    const result = await adoptLegacy(tab.client, 'old')

    expect(result).toEqual({ outcome: 'signed-in', user: { username: 'ann' } })
    await until(() => other.client.state === 'active')
    expect(await (await other.client.fetch(world.hello)).json()).toMatchObject({ subject: 'ann' })
  })

  it('becomes one session in two tabs at once, which each goes on with', async () => {
    world.server.oldTokens.set('old', 'ann')
    const tabs = [world.open({ transport }), world.open({ transport })]

    const results = await Promise.all(tabs.map(({ client }) => adoptLegacy(client, 'old')))
    world.server.expireAccessTokens()
    const statuses = await Promise.all(tabs.map(async ({ client }) => (await client.fetch(world.hello)).status))

    expect(results.map(({ outcome }) => outcome)).toEqual(['signed-in', 'signed-in'])
    expect(statuses).toEqual([200, 200])
    expect(world.server.sessions.size).toBe(1)
  })

  it('survives an answer that is lost: the next page gets the same session', async () => {
    world.server.oldTokens.set('old', 'ann')
    const tab = world.open({ transport })
    await until(() => tab.client.state === 'anonymous')
    world.server.script = () => ({ lose: true })
    const failed = await outcome(adoptLegacy(tab.client, 'old'))
    world.server.script = undefined

    const result = await adoptLegacy(world.open({ transport }).client, 'old')

    expect([failed, result.outcome, world.server.sessions.size]).toEqual(['SignInError unreachable', 'signed-in', 1])
  })

  it('is not sent where somebody is signed in', async () => {
    const tab = await world.openSignedIn({ transport })
    const sent = world.server.calls.length

    const result = await adoptLegacy(tab.client, 'old')

    expect(result).toEqual({ outcome: 'signed-in', user: { username: 'ann' } })
    expect(world.server.calls).toHaveLength(sent)
  })

  it('is kept if the person stays with the old system', async () => {
    world.server.oldTokens.set('old', 'elsewhere')
    const { client } = world.open({ transport })

    expect(await adoptLegacy(client, 'old')).toEqual({ outcome: 'elsewhere' })
    expect(client.state).toBe('anonymous')
  })

  it('is refused with the reason, and a sign-in is then as any other', async () => {
    world.server.oldTokens.set('old', 'ann')
    const { client } = world.open({ transport })
    await adoptLegacy(client, 'old')
    await client.signOut()

    const result = await adoptLegacy(client, 'old')

    expect(result).toEqual({ outcome: 'refused', reason: 'signed_out' })
    expect(await client.signIn(ann)).toEqual({ username: 'ann' })
    expect(world.server.calls.at(-1)?.path).toBe('login')
  })

  it('is kept where the auth server is unavailable, and nothing is known of it', async () => {
    const tab = world.open({ transport })
    await until(() => tab.client.state === 'anonymous')
    world.server.script = () => problem(503, 'service_unavailable', 'retry')

    expect(await outcome(adoptLegacy(tab.client, 'old'))).toBe('SignInError service_unavailable')
  })
})

it('a client with a backend of its own takes nothing over, and says so', async () => {
  const client = createClient({ server: jsonBackend({ ...shape, url: world.server.origin }) })

  await expect(adoptLegacy(client, 'old')).rejects.toThrow('adoptLegacy: the client has a backend of its own')
})
