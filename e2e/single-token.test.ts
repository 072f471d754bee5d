import { isRefresh } from '@sessionward/example-harness'
import { expect } from 'vitest'
import { refreshes } from './harness/figures.js'
import { expireTokenOf, openPageOf, requestsAtOnce, signIn } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

const lifetime = 3600
const options = { sessionKind: 'sliding', accessTokenLifetime: lifetime } as const

story('two tabs with a single token exchange it once, and continue after a reload', async ({ browser }) => {
  const system = await openSystem(options)
  const context = await openContext(browser)
  const open = () => openPageOf(system, context, { transport: 'body' })
  const first = await open()
  await signIn(first, system.accounts[0])
  const second = await open()
  await second.waitForFunction(() => window.client.state === 'active')

  for (let round = 0; round < 5; round++) {
    await expireTokenOf(first, system)
    const before = refreshes(system)
    const answers = await Promise.all([first, second].map((page) => requestsAtOnce(page, system, 10)))
    expect(answers.flat()).toEqual(Array(20).fill(200))
    expect(refreshes(system) - before).toBe(1)
  }
  await first.reload()
  await first.waitForFunction(() => window.client.state === 'active')

  expect(await requestsAtOnce(first, system, 3)).toEqual([200, 200, 200])
  expect(await requestsAtOnce(second, system, 3)).toEqual([200, 200, 200])
  expect(system.auth.server.figures()).toMatchObject({ session_started: 1 })
  expect(system.auth.server.figures().session_revoked ?? 0).toBe(0)
})

story('with a single token, three answers lost in a row sign nobody out', async ({ browser }) => {
  const system = await openSystem(options)
  const page = await openPageOf(system, await openContext(browser), { transport: 'body' })
  await signIn(page, system.accounts[0])

  for (let loss = 0; loss < 3; loss++) {
    await expireTokenOf(page, system)
    const lost = system.auth.faults.loseNextAnswer(isRefresh)
    const request = requestsAtOnce(page, system, 1)
    await lost
    await request
    await page.waitForFunction(() => window.client.state === 'active', undefined, { timeout: 20_000 })
    expect(await requestsAtOnce(page, system, 5)).toEqual([200, 200, 200, 200, 200])
  }

  expect(system.auth.server.figures().session_revoked ?? 0).toBe(0)
})

story('a single token that was not exchanged in time signs the person out, with the reason', async ({ browser }) => {
  const system = await openSystem(options)
  const context = await openContext(browser)
  const page = await openPageOf(system, context, { transport: 'body' })
  await signIn(page, system.accounts[0])
  await page.close()

  system.clock.advance(lifetime)
  const later = await openPageOf(system, context, { transport: 'body' })
  await later.waitForFunction(() => window.client.state === 'anonymous')

  expect(await later.evaluate(() => window.client.reason)).toBe('refresh_token_expired')
})

story('a sign-out ends a single token everywhere, and guards refuse a copy of it', async ({ browser }) => {
  const system = await openSystem(options)
  const page = await openPageOf(system, await openContext(browser), { transport: 'body' })
  await signIn(page, system.accounts[0])
  const copy = await page.evaluate(() => window.client.token())

  await page.evaluate(() => window.client.signOut())

  const headers = { Authorization: `Bearer ${copy}` }
  await expect
    .poll(async () => (await fetch(`${system.api.url}/api/hello`, { headers })).status, { timeout: 10_000 })
    .toBe(401)
  expect((await fetch(`${system.auth.url}/auth/refresh`, { method: 'POST', headers })).status).toBe(401)
})
