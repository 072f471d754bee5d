import { expect } from 'vitest'
import { openReactSite, type ReactSite, render } from './harness/react-page.js'
import { story } from './harness/story.js'

async function fillIn({ page, system }: ReactSite, which: 0 | 1): Promise<void> {
  const { username, password } = system.accounts[which]
  await page.getByLabel('Name').fill(username)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: `Orders of ${username}` }).waitFor()
  await page.getByText('Order of').waitFor()
}

async function openSignedIn(browser: Parameters<typeof openReactSite>[0]) {
  const site = await openReactSite(browser)
  await render(site, 'renderApp')
  await fillIn(site, 0)
  const subject = site.calls.at(-1)!.subject!
  /** Ends the session at the auth server, as another sign-in or an administrator does. */
  const evict = async () => {
    await site.system.auth.server.sessions.end(await site.page.evaluate(() => window.app.client.session!.id))
    site.system.expireAccessTokens()
  }
  return { ...site, site, subject, evict }
}

story('after a person is signed out and another one signs in, no data of the first is left', async ({ browser }) => {
  const { site, page, calls, subject, evict } = await openSignedIn(browser)
  await evict()

  await page.evaluate(() => window.app.queryClient.invalidateQueries())
  await page.getByLabel('Name').waitFor()
  const between = await page.evaluate(() => document.body.innerText)
  calls.length = 0
  await fillIn(site, 1)

  const after = await page.evaluate(
    () =>
      document.body.innerText +
      JSON.stringify(
        window.app.queryClient
          .getQueryCache()
          .getAll()
          .map(({ state }) => state),
      ),
  )
  expect(between + after).not.toMatch(new RegExp(`${subject}|ann`))
  expect(after).toContain('bob')
  expect(new Set(calls.map(({ subject }) => subject)).size).toBe(1)
})

story(
  'when another tab signs in another person, this one shows their data, and sends no request of the first',
  async ({ browser }) => {
    const { context, page, system, calls, subject } = await openSignedIn(browser)
    calls.length = 0
    // A query that is under way when the person changes.
    await page.evaluate(() => void window.app.queryClient.invalidateQueries())

    const other = await context.newPage()
    await other.goto(system.page.url)
    await other.evaluate((input) => window.app.client.signIn(input), system.accounts[1])
    await page.getByRole('heading', { name: 'Orders of bob' }).waitFor()
    await page.getByText('Order of').waitFor()

    expect(await page.evaluate(() => document.body.innerText)).not.toMatch(new RegExp(`${subject}|ann`))
  },
)

story(
  'the end of a session costs a query one attempt, and the page loads after the next sign-in',
  async ({ browser }) => {
    const { site, page, calls, evict } = await openSignedIn(browser)
    await evict()
    calls.length = 0

    const attempts = await page.evaluate(async () => {
      const { queryClient, QueryClient, client } = window.app
      // Of a part that nobody clears, with the same `retry`.
      const own = new QueryClient()
      const { retry } = queryClient.getDefaultOptions().queries!
      let count = 0
      const queryFn = () => {
        count++
        return client.fetch('/orders')
      }
      const error = await own.fetchQuery({ queryKey: ['once'], queryFn, retry: retry! }).catch((error) => error.name)
      return [count, error]
    })
    await page.getByLabel('Name').waitFor()

    expect(attempts).toEqual([1, 'SignedOutError'])
    expect(calls.map(({ status }) => status)).toEqual([401])
    await fillIn(site, 0)
  },
)

story('the form says why the session ended, and why a sign-in was refused', async ({ browser }) => {
  const { page, system, evict } = await openSignedIn(browser)
  await evict()
  await page.evaluate(() => window.app.queryClient.invalidateQueries())
  await page.getByText('You were signed out by an administrator, or from another of your devices.').waitFor()

  await page.getByLabel('Name').fill(system.accounts[0].username)
  await page.getByLabel('Password').fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()

  await page.getByText('Name or password is wrong.').waitFor()
})
