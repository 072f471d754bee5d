import { expect, test } from 'vitest'
import { outcome, until, useWorld } from './support/world.js'

const world = useWorld()

test('a refresh cookie that never arrives is reported with the cure', async () => {
  world.browser.setCookies = () => {}
  const { client } = await world.openSignedIn()
  const said: unknown[] = []
  client.on('misconfigured', (event) => said.push(event))
  world.server.expireAccessTokens()

  expect(await outcome(client.fetch(world.hello))).toBe('SignedOutError refresh_token_missing')

  const hint = 'The refresh cookie does not arrive: page and auth server must be on one site.'
  await until(() => said.length > 0)
  expect(said).toEqual([{ code: 'refresh_token_missing', hint }])
})
