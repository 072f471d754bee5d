import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'
import { openVue, serveVue, signInWithForm } from './harness/vue-page.js'

declare global {
  interface Window {
    http: { get(path: string): Promise<{ readonly status: number }> }
    router: { push(path: string): Promise<unknown>; hasRoute(name: string): boolean }
    /** What each frame showed that differed from the one before. */
    shownTexts: string[]
  }
}

type Browser = Parameters<typeof openContext>[0]

async function openOffice(browser: Browser) {
  const system = await openSystem()
  await serveVue(system)
  const context = await openContext(browser)
  const accounts = system.auth.server.accounts!
  const [ann, bob] = await Promise.all(
    system.accounts.map(async (account) => {
      const { subject } = (await accounts.find({ username: account.username }))!
      return { ...account, subject, asked: `Asked as ${subject}` }
    }),
  )
  if (!ann || !bob) throw new Error('There are two accounts.')
  const setScope = (scope: string) => accounts.setScope({ subject: ann.subject }, scope)
  await setScope('admin')
  const open = (path: string) => openVue(context, system, path)
  /** Ends the session on the server, which the page learns with its next request. */
  const evict = async (page: Page) => {
    await system.auth.server.sessions.end(await page.evaluate(() => window.client.session!.id))
    await page.evaluate(() => window.client.adopt().catch(() => {}))
  }
  return { system, context, ann, bob, open, evict, setScope }
}

const shown = (page: Page) => page.locator('#app').innerText()

/** From the next load on. */
async function recordFrames(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.shownTexts = []
    const look = () => {
      const text = document.querySelector('#app')?.textContent?.trim() ?? ''
      if (window.shownTexts.at(-1) !== text) window.shownTexts.push(text)
      requestAnimationFrame(look)
    }
    look()
  })
}

story(
  'a reload of a guarded page shows neither sign-in nor the page before the session is known',
  async ({ browser }) => {
    const { system, ann, open } = await openOffice(browser)
    const page = await open('/orders/17')
    await signInWithForm(page, ann)
    await page.getByText('Asked as').waitFor()
    await recordFrames(page)
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route('**/auth/refresh', async (route) => {
      await held
      await route.continue()
    })

    await page.reload()
    await page.getByText('One moment').waitFor()
    const during = await shown(page)
    release()
    await page.getByText('Order 17').waitFor()

    expect(during).toBe('One moment …')
    const frames = await page.evaluate(() => window.shownTexts)
    const known = frames.findIndex((text) => text.includes('Order 17'))
    expect(frames.slice(0, known).filter((text) => text !== '' && text !== 'One moment …')).toEqual([])
    expect(frames.join()).not.toContain('Password')
    expect(new URL(page.url()).pathname).toBe('/orders/17')
    expect(system.auth.server.figures().refresh_granted).toBeGreaterThan(0)
  },
)

story('while the auth server is down no guarded page opens, and nothing stays blank', async ({ browser }) => {
  const { system, ann, open } = await openOffice(browser)
  const page = await open('/orders/17')
  await signInWithForm(page, ann)
  await page.getByText('Asked as').waitFor()
  const recover = system.auth.faults.takeDown()

  await page.reload()
  await page.getByText('The server cannot be reached').waitFor()
  const during = [await shown(page), new URL(page.url()).pathname]
  recover()
  await page.getByText('Order 17').waitFor()

  expect(during[0]).not.toContain('Order')
  expect(during[1]).toBe('/unavailable')
  expect(new URL(page.url()).pathname).toBe('/orders/17')
})

story(
  'after a session is ended the next person sees no data of the previous one, without a reload',
  async ({ browser }) => {
    const { ann, bob, open, evict } = await openOffice(browser)
    const page = await open('/orders/17')
    await signInWithForm(page, ann)
    await page.getByText(ann.asked).waitFor()
    await page.getByLabel('Note').fill('a secret of ann')
    await page.getByRole('link', { name: 'Administration' }).click()
    await page.getByRole('heading', { name: 'Administration' }).waitFor()
    await page.evaluate(() => Object.assign(window, { sameDocument: true }))

    await evict(page)
    await page.getByLabel('Password').waitFor()
    await signInWithForm(page, bob)
    await page.getByText('Welcome, bob').waitFor()
    const menu = await page.getByRole('link').allInnerTexts()
    await page.getByRole('link', { name: 'Order 17' }).click()
    await page.getByText(bob.asked).waitFor()
    const note = await page.getByLabel('Note').inputValue()
    await page.evaluate(() => window.router.push('/admin'))
    const clicked = await shown(page)

    expect([menu, note, clicked]).toEqual([['Home', 'Order 17'], '', 'Not found'])
    expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true)
    await page.goto(new URL('/admin', page.url()).href)
    await page.getByText('Not found').waitFor()
  },
)

story('a person who signs in in another tab has their own menu and pages here at once', async ({ browser }) => {
  const { ann, bob, open } = await openOffice(browser)
  const page = await open('/orders/17')
  await signInWithForm(page, bob)
  await page.getByText(bob.asked).waitFor()
  await page.getByLabel('Note').fill('a secret of bob')
  const menu = await page.getByRole('navigation').innerText()
  const other = await open('/')
  await other.getByText('Welcome, bob').waitFor()

  const { username, password } = ann
  await other.evaluate((input) => window.client.signIn(input), { username, password })
  await page.getByText(ann.asked).waitFor()

  expect(menu).not.toContain('Administration')
  expect(await page.getByLabel('Note').inputValue()).toBe('')
  await page.getByRole('link', { name: 'Administration' }).click()
  await page.getByRole('heading', { name: 'Administration' }).waitFor()
})

story('a refresh and an outage keep the page and the text typed into it', async ({ browser }) => {
  const { system, ann, open } = await openOffice(browser)
  const page = await open('/orders/17')
  await signInWithForm(page, ann)
  await page.getByLabel('Note').fill('half a sentence')
  await page.evaluate(() => {
    window.shownTexts = []
    new MutationObserver(() => window.shownTexts.push(document.querySelector('#app')!.textContent ?? '')).observe(
      document.body,
      { childList: true, subtree: true, characterData: true },
    )
  })

  system.expireAccessTokens()
  const status = await page.evaluate(async () => (await window.http.get('/api/hello')).status)
  const recover = system.auth.faults.takeDown()
  system.expireAccessTokens()
  const answer = page.evaluate(async () => (await window.http.get('/api/hello')).status)
  await page.getByText('No connection at the moment').waitFor()
  recover()

  expect([status, await answer]).toEqual([200, 200])
  expect(await page.getByLabel('Note').inputValue()).toBe('half a sentence')
  expect((await page.evaluate(() => window.shownTexts)).filter((text) => !text.includes('Order 17'))).toEqual([])
})

story('a removed scope closes the open page with the next request', async ({ browser }) => {
  const { system, ann, open, setScope } = await openOffice(browser)
  const page = await open('/admin')
  await signInWithForm(page, ann)
  await page.getByRole('heading', { name: 'Administration' }).waitFor()

  await setScope('')
  const hello = `${system.api.url}/api/hello`
  await expect
    .poll(async () => {
      await page.evaluate((url) => window.client.fetch(url), hello)
      return shown(page)
    })
    .toContain('Welcome, ann')

  expect(await page.getByRole('link').allInnerTexts()).toEqual(['Home', 'Order 17'])
  expect(await page.evaluate(() => window.router.hasRoute('admin'))).toBe(false)
})

story('the form says why the session ended, and why a sign-in was refused', async ({ browser }) => {
  const { ann, open, evict } = await openOffice(browser)
  const page = await open('/')
  await signInWithForm(page, { ...ann, password: 'not the password' })
  await page.getByText('Name or password is wrong.').waitFor()
  await signInWithForm(page, ann)
  await page.getByText('Welcome, ann').waitFor()

  await evict(page)

  await page.getByText('You were signed out by an administrator, or from another of your devices.').waitFor()
})

story('neither Vue nor its router logs a warning for the code of the document', async ({ browser }) => {
  const { system, ann, context } = await openOffice(browser)
  const page = await context.newPage()
  const warnings: string[] = []
  page.on('console', (message) => message.text().startsWith('[Vue') && warnings.push(message.text()))

  await page.goto(system.page.url)
  await signInWithForm(page, ann)
  await page.getByRole('link', { name: 'Order 17' }).click()
  await page.getByText(ann.asked).waitFor()

  expect(warnings).toEqual([])
})
