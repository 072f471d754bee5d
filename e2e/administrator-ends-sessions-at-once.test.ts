import type { System } from '@sessionward/example-harness'
import { createGuard, type Guard } from '@sessionward/guard'
import type { Directory, Profile } from '@sessionward/server'
import type { Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { openPageOf, requestsAtOnce, signIn } from './harness/page-client.js'
import { openSockets } from './harness/session-sockets.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

const live = { live: true }
/** Milliseconds: half a heartbeat, and far less than a token lives, so that nothing but the event itself can have told. */
const pollOptions = { timeout: 10_000, interval: 20 }

story(
  'when an administrator ends the sessions of a person, two browsers, two guards and a WebSocket learn of it',
  async ({ browser }) => {
    const system = await openSystem()
    const { accounts } = system.auth.server
    const guards = [system.api.guard, await anotherGuard(system)]
    const address = await openSockets(guards[1]!)
    const [laptop, phone] = [await openContext(browser), await openContext(browser)]
    const tabs = [await openPageOf(system, laptop, live), await openPageOf(system, phone, live)]
    for (const tab of tabs) await signIn(tab, system.accounts[0])
    tabs.push(await openPageOf(system, laptop, live))
    await expect.poll(() => system.auth.server.figures().live_streams).toBe(2)
    const tokens = await Promise.all(tabs.slice(0, 2).map(tokenOf))
    const closed = await openSocket(tabs[0]!, address)
    const { subject } = (await accounts!.find({ username: system.accounts[0].username }))!

    await accounts!.setDisabled({ subject }, true)

    for (const tab of tabs) expect(await reasonOf(tab)).toBe('account_disabled')
    for (const guard of guards) {
      for (const token of tokens) await expect.poll(() => refusalOf(guard, token), pollOptions).toBe('account_disabled')
    }
    expect(await closed()).toEqual([4401, 'account_disabled'])
    // And nothing lets the person in again: no request, no reload, no sign-in.
    expect(await requestsAtOnce(tabs[1]!, system, 1)).toEqual([401])
    await tabs[1]!.reload()
    await tabs[1]!.waitForFunction(() => window.client.state === 'anonymous')
    expect(await signInFailure(tabs[1]!, system.accounts[0])).toBe('invalid_credentials')
    await expect(system.auth.server.sessions.start({ subject })).rejects.toMatchObject({ code: 'account_disabled' })
    expect(await system.auth.server.sessions.list({ subject })).toEqual([])
  },
)

story(
  'a person of the application’s own table is signed out by an administrator, and stays signed out',
  async ({ browser }) => {
    const people = ownUsers()
    const system = await openSystem({ directory: people.directory })
    const tab = await openPageOf(system, await openContext(browser), live)
    await signIn(tab, lin)
    await expect.poll(() => system.auth.server.figures().live_streams).toBe(1)
    const token = await tokenOf(tab)

    // First the table, then the sessions: the other way round a refresh in between would go on.
    people.profiles.delete(lin.username)
    const ended = await system.auth.server.sessions.endAll({ subject: lin.username }, 'account_disabled')

    expect(ended).toBe(1)
    expect(await reasonOf(tab)).toBe('account_disabled')
    await expect.poll(() => refusalOf(system.api.guard, token), pollOptions).toBe('account_disabled')
    await tab.reload()
    await tab.waitForFunction(() => window.client.state === 'anonymous')
    expect(await signInFailure(tab, lin)).toBe('invalid_credentials')
  },
)

story('a removed role takes effect at once, and nobody is signed out', async ({ browser }) => {
  const system = await openSystem()
  const { accounts } = system.auth.server
  const guards = [system.api.guard, await anotherGuard(system)]
  const { subject } = (await accounts!.find({ username: system.accounts[0].username }))!
  await accounts!.setScope({ subject }, 'orders admin')
  const tab = await openPageOf(system, await openContext(browser), live)
  await signIn(tab, system.accounts[0])
  const session = await tab.evaluate(() => window.client.session?.id)
  const token = await tokenOf(tab)
  expect(await scopeOf(tab, system)).toEqual(['orders', 'admin'])

  await accounts!.setScope({ subject }, 'orders')

  for (const guard of guards) await expect.poll(() => refusalOf(guard, token), pollOptions).toBe('claims_changed')
  expect(await scopeOf(tab, system)).toEqual(['orders'])
  expect(await tab.evaluate(() => [window.client.state, window.client.session?.id])).toEqual(['active', session])
})

story('a reported change in the application’s own table takes effect at once', async ({ browser }) => {
  const people = ownUsers()
  const system = await openSystem({ directory: people.directory })
  const tab = await openPageOf(system, await openContext(browser))
  await signIn(tab, lin)
  const token = await tokenOf(tab)
  expect(await scopeOf(tab, system)).toEqual(['orders'])

  people.profiles.set(lin.username, { scope: 'orders admin', version: 2, user: { name: 'Lin' } })
  await system.auth.server.profiles.changed({ subject: lin.username }, 2)

  await expect.poll(() => refusalOf(system.api.guard, token), pollOptions).toBe('claims_changed')
  expect(await scopeOf(tab, system)).toEqual(['orders', 'admin'])
  expect(await tab.evaluate(() => window.client.state)).toBe('active')
})

const lin = { username: 'lin', password: 'a password of the old table' }

function ownUsers() {
  const profiles = new Map<string, Profile>([[lin.username, { scope: 'orders', version: 1, user: { name: 'Lin' } }]])
  const directory: Directory = {
    async authenticate({ username, password }) {
      return profiles.has(username) && password === lin.password ? { subject: username } : null
    },
    profile: async ({ subject }) => profiles.get(subject) ?? null,
  }
  return { profiles, directory }
}

async function anotherGuard({ auth, clock }: System): Promise<Guard> {
  const feed = { credential: auth.guardCredential }
  const guard = createGuard({ issuer: auth.url, audience: auth.url, now: clock.now, feed })
  onTestFinished(() => guard.close())
  await guard.ready()
  return guard
}

function tokenOf(page: Page): Promise<string> {
  return page.evaluate(() => window.client.token())
}

/** @returns the code; `passes` if the guard lets the token pass. */
function refusalOf(guard: Guard, token: string): Promise<string> {
  return guard.verify(token).then(
    () => 'passes',
    (error: { readonly code: string }) => error.code,
  )
}

/** Resolves when the page knows that the session has ended. @returns the reason. */
async function reasonOf(page: Page): Promise<unknown> {
  await page.waitForFunction(() => window.client.reason !== undefined, undefined, { ...pollOptions, polling: 20 })
  return await page.evaluate(() => window.client.reason)
}

function scopeOf(page: Page, { api }: System): Promise<unknown> {
  return page.evaluate(async (url) => (await (await window.client.fetch(url)).json()).scope, `${api.url}/api/hello`)
}

function signInFailure(page: Page, account: System['accounts'][number]): Promise<unknown> {
  return page.evaluate(
    (input) =>
      window.client.signIn(input).then(
        () => 'signed in',
        (error) => error.code,
      ),
    account,
  )
}

/** @returns a function that waits for the close: code and reason. */
async function openSocket(page: Page, address: string): Promise<() => Promise<unknown>> {
  const socket = await page.evaluateHandle(async (url) => {
    const socket = new WebSocket(url, ['bearer', await window.client.token()])
    const closed = new Promise((resolve) => {
      socket.addEventListener('close', ({ code, reason }) => resolve([code, reason]))
    })
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    return { closed }
  }, address)
  return () => socket.evaluate(({ closed }) => closed)
}
