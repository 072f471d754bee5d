import type { IncomingMessage, ServerResponse } from 'node:http'
import { blankPage, type System } from '@sessionward/example-harness'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { openPageOf, requestsAtOnce } from './harness/page-client.js'
import { openContext, story, storyIn } from './harness/story.js'
import { openSystem } from './harness/system.js'

type Name = 'ann' | 'bob'

story('adopt() takes over a session that the application has started, without a reload', async ({ browser }) => {
  const system = await openApplication()
  const page = await openPageOf(system, await openContext(browser))
  await stateIs(page, 'anonymous')

  await signInByApplication(page, 'ann')
  await page.evaluate(() => window.client.adopt())

  expect(await usernameIn(page)).toBe('ann')
  expect(await requestsAtOnce(page, system, 3)).toEqual([200, 200, 200])
})

story('a page that opens finds a session that the application has started', async ({ browser }) => {
  const system = await openApplication()
  const context = await openContext(browser)
  const page = await openPageOf(system, context)
  await stateIs(page, 'anonymous')
  await signInByApplication(page, 'ann')

  await page.reload()
  await stateIs(page, 'active')
  const other = await openPageOf(system, context)
  await stateIs(other, 'active')

  expect([await usernameIn(page), await usernameIn(other)]).toEqual(['ann', 'ann'])
  expect(await requestsAtOnce(other, system, 1)).toEqual([200])
})

storyIn('chromium', 'firefox')(
  'when the application signs in another person, adopt() switches every tab, and the first session has ended',
  async ({ browser }) => {
    const system = await openApplication()
    const context = await openContext(browser)
    const [page, other] = [await openPageOf(system, context), await openPageOf(system, context)]
    await signInByApplication(page, 'ann')
    await page.evaluate(() => window.client.adopt())
    await userIs(other, 'ann')
    const tokenOfAnn = await page.evaluate(() => window.client.token())

    await signInByApplication(page, 'bob')
    await page.evaluate(() => window.client.adopt())

    expect(await usernameIn(page)).toBe('bob')
    await userIs(other, 'bob')
    for (const one of [page, other]) expect(await requestsAtOnce(one, system, 1)).toEqual([200])
    await expect.poll(() => statusOf(system, tokenOfAnn)).toBe(401)
    expect(await refreshCookies(page)).toHaveLength(1)
  },
)

for (const headers of ['with', 'without'] as const) {
  const each = headers === 'with' ? 'each given the headers of its request' : 'none given the headers of its request'
  const storyOfIt = headers === 'with' ? storyIn('chromium', 'firefox') : story
  storyOfIt(`the last of nine sign-ins by the application counts, ${each}`, async ({ browser }) => {
    const system = await openApplication({ headers: headers === 'with' })
    const page = await openPageOf(system, await openContext(browser))

    for (let time = 0; time < 8; time++) await signInByApplication(page, 'ann')
    await signInByApplication(page, 'bob')
    await page.evaluate(() => window.client.adopt())

    expect(await usernameIn(page)).toBe('bob')
    await page.reload()
    await userIs(page, 'bob')
    // Without the headers no sign-in clears the earlier cookies, and on plain http no refresh clears another person's.
    if (headers === 'with') expect(await refreshCookies(page)).toHaveLength(1)
    expect(await requestsAtOnce(page, system, 1)).toEqual([200])
  })
}

story(
  'after a sign-out a sign-in by the application is taken over, here and in the other tabs',
  async ({ browser }) => {
    const system = await openApplication()
    const context = await openContext(browser)
    const [page, other] = [await openPageOf(system, context), await openPageOf(system, context)]
    await signInByApplication(page, 'ann')
    await page.evaluate(() => window.client.adopt())
    await page.evaluate(() => window.client.signOut())
    await stateIs(other, 'anonymous')

    await signInByApplication(page, 'bob')
    await page.evaluate(() => window.client.adopt())

    expect(await usernameIn(page)).toBe('bob')
    await userIs(other, 'bob')
    await page.reload()
    await userIs(page, 'bob')
  },
)

story('after a sign-out a page that opens finds the session that the application has started', async ({ browser }) => {
  const system = await openApplication()
  const context = await openContext(browser)
  const page = await openPageOf(system, context)
  await signInByApplication(page, 'ann')
  await page.evaluate(() => window.client.adopt())
  await page.evaluate(() => window.client.signOut())

  await signInByApplication(page, 'ann')
  await page.reload()

  await userIs(page, 'ann')
  await userIs(await openPageOf(system, context), 'ann')
})

story(
  'after an administrator has ended the session, the next sign-in by the application is taken over',
  async ({ browser }) => {
    const system = await openApplication()
    const page = await openPageOf(system, await openContext(browser))
    await signInByApplication(page, 'ann')
    await page.evaluate(() => window.client.adopt())
    await system.auth.server.sessions.end(await page.evaluate(() => window.client.session!.id))
    await requestsAtOnce(page, system, 1)
    await stateIs(page, 'anonymous')

    await signInByApplication(page, 'ann')
    await page.evaluate(() => window.client.adopt())

    await userIs(page, 'ann')
    await page.reload()
    await userIs(page, 'ann')
  },
)

/** A page whose own server signs people in at POST /sign-in: by SMS, OpenID Connect, or as here without any proof. */
async function openApplication({ headers = true } = {}): Promise<System> {
  const system = await openSystem()
  const { server } = system.auth
  const signIn = async (request: IncomingMessage, response: ServerResponse) => {
    const username = new URL(request.url!, system.page.url).searchParams.get('as')!
    const { subject } = (await server.accounts!.find({ username }))!
    const started = await server.sessions.start({ subject }, headers ? { headers: request.headers } : undefined)
    response.writeHead(204, { 'Set-Cookie': [...started.setCookies] }).end()
  }
  system.page.serve((request, response) => {
    if (request.method === 'POST') void signIn(request, response).catch(() => response.destroy())
    else blankPage(request, response)
  })
  return system
}

async function signInByApplication(page: Page, name: Name): Promise<void> {
  const status = await page.evaluate(
    async (name) => (await fetch(`/sign-in?as=${name}`, { method: 'POST' })).status,
    name,
  )
  expect(status).toBe(204)
}

async function stateIs(page: Page, state: string): Promise<void> {
  await page.waitForFunction((state) => window.client.state === state, state)
}

async function userIs(page: Page, name: Name): Promise<void> {
  await page.waitForFunction((name) => (window.client.user as { username?: string })?.username === name, name)
}

function usernameIn(page: Page): Promise<unknown> {
  return page.evaluate(() => (window.client.user as { username?: string })?.username)
}

async function statusOf({ api }: System, token: string): Promise<number> {
  return (await fetch(`${api.url}/api/hello`, { headers: { Authorization: `Bearer ${token}` } })).status
}

async function refreshCookies(page: Page): Promise<readonly string[]> {
  return (await page.context().cookies()).filter(({ value }) => value.length === 104).map(({ name }) => name)
}
