import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { signIn } from './harness/page-client.js'
import { loseSession, openDialogPage, type PageOptions, sendWaiting } from './harness/sign-in-again-page.js'
import { openContext, story, storyIn } from './harness/story.js'
import { openSystem } from './harness/system.js'

type Browser = Parameters<typeof openContext>[0]

const dialogOf = (page: Page) => page.locator('sessionward-dialog > dialog')

async function openSignedIn(browser: Browser, options?: PageOptions) {
  const system = await openSystem()
  const context = await openContext(browser)
  const page = await openDialogPage(context, system, options)
  await signIn(page, system.accounts[0])
  return { system, context, page }
}

story('the person signs in again in a dialog, and the requests that waited are answered', async ({ browser }) => {
  const { system, page } = await openSignedIn(browser)
  const { outcomes } = await loseSession(page, system)
  const { username, password } = system.accounts[0]

  await dialogOf(page).waitFor()
  // As a password manager looks for it.
  const found = await page.evaluate(() => {
    const field = document.querySelector<HTMLInputElement>('input[autocomplete=current-password]')
    const name = field?.form?.querySelector<HTMLInputElement>('input[autocomplete=username]')
    return { focused: field === document.activeElement, name: name?.value, fixed: name?.readOnly }
  })
  expect(found).toEqual({ focused: true, name: username, fixed: true })
  await page.getByLabel('Password').fill('wrong')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').filter({ hasText: 'wrong' }).waitFor()
  expect(await page.getByLabel('Password').getAttribute('aria-invalid')).toBe('true')
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')

  expect(new Set((await outcomes()).map((one) => one.slice(0, 3)))).toEqual(new Set(['200']))
  expect(await page.locator('sessionward-dialog').count()).toBe(0)
})

story('the dialog shows the user name and the reason, and traps the focus until it returns it', async ({ browser }) => {
  const { system, page } = await openSignedIn(browser)
  await page.evaluate(() => {
    document.body.innerHTML = '<button id="before">Before</button><a href="/">After</a>'
    document.getElementById('before')!.focus()
  })
  const { outcomes } = await loseSession(page, system)
  const dialog = page.getByRole('dialog', { name: 'Sign in again' })
  await dialog.waitFor()

  const snapshot = await dialog.ariaSnapshot()
  expect(snapshot).toContain('textbox "User name"')
  expect(snapshot).toContain('textbox "Password"')
  expect(await dialog.getAttribute('aria-describedby')).toBeTruthy()
  const described = await dialog.evaluate(
    (element) => document.getElementById(element.getAttribute('aria-describedby')!)!.textContent,
  )
  expect(described).toContain('What you were doing is kept')
  const inside: boolean[] = []
  for (let tab = 0; tab < 12; tab++) {
    await page.keyboard.press('Tab')
    // From the last field the focus goes to the browser's own bar, never to the page below.
    inside.push(
      await page.evaluate(
        () => document.activeElement === document.body || !!document.activeElement!.closest('sessionward-dialog'),
      ),
    )
  }
  expect(inside).not.toContain(false)
  const small = await dialog
    .locator('input, button:visible')
    .evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height < 40).map((one) => one.outerHTML))
  expect(small).toEqual([])

  await page.keyboard.press('Escape')

  expect(await outcomes()).toEqual(Array(3).fill('SignedOutError reauth_cancelled'))
  expect(await page.evaluate(() => [window.client.state, document.activeElement?.id])).toEqual(['anonymous', 'before'])
})

story('if another person signs in there, none of the waiting requests is sent', async ({ browser }) => {
  const { system, page } = await openSignedIn(browser)
  const { outcomes } = await loseSession(page, system)
  const other = system.accounts[1]

  await page.getByRole('button', { name: 'Sign in as somebody else' }).click()
  await page.getByText(`What ${system.accounts[0].username} was doing`).waitFor()
  await page.keyboard.type(other.username)
  await page.getByLabel('Password').fill(other.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()

  expect(await outcomes()).toEqual(Array(3).fill('SessionChangedError'))
  expect(await page.evaluate(() => (window.client.user as { username: string }).username)).toBe(other.username)
})

story('one of three tabs shows the dialog, and all continue after the sign-in there', async ({ browser }) => {
  const { system, context, page } = await openSignedIn(browser)
  const tabs = [page]
  for (let more = 0; more < 2; more++) {
    const tab = await context.newPage()
    await tab.goto(system.page.url)
    await tab.waitForFunction(() => window.client.state === 'active')
    tabs.push(tab)
  }
  const first = await loseSession(page, system)
  const others = await Promise.all(tabs.slice(1).map((tab) => sendWaiting(tab, system)))
  const shown = async () => (await Promise.all(tabs.map((tab) => dialogOf(tab).count()))).reduce((a, b) => a + b, 0)
  await expect.poll(shown).toBe(1)
  const counts = await Promise.all(tabs.map((tab) => dialogOf(tab).count()))
  const showing = tabs[counts.indexOf(1)]!

  await showing.getByLabel('Password').fill(system.accounts[0].password)
  await showing.keyboard.press('Enter')

  const all = await Promise.all([first, ...others].map(({ outcomes }) => outcomes()))
  expect(all.flat().map((one) => one.slice(0, 3))).toEqual(Array(9).fill('200'))
  await expect.poll(shown).toBe(0)
})

story(
  'a tab that becomes visible takes over the dialog, and cancelling there cancels in all tabs',
  async ({ browser }) => {
    const { system, context, page } = await openSignedIn(browser)
    const other = await context.newPage()
    await other.goto(system.page.url)
    await other.waitForFunction(() => window.client.state === 'active')
    // Headless Chromium calls every tab visible and focused, so they are told which one is.
    const look = (tab: Page, seen: boolean) =>
      tab.evaluate((seen) => {
        Object.defineProperty(document, 'hidden', { value: !seen, configurable: true })
        document.hasFocus = () => seen
        document.dispatchEvent(new Event('visibilitychange'))
      }, seen)
    await look(other, false)
    const first = await loseSession(page, system)
    const second = await sendWaiting(other, system)
    await dialogOf(page).waitFor()
    expect(await dialogOf(other).count()).toBe(0)

    await look(page, false)
    await look(other, true)

    await dialogOf(other).waitFor()
    await dialogOf(page).waitFor({ state: 'detached' })
    await other.getByRole('button', { name: 'Cancel' }).click()
    expect([...(await first.outcomes()), ...(await second.outcomes())]).toEqual(
      Array(6).fill('SignedOutError reauth_cancelled'),
    )
  },
)

story('the dialog works over another modal dialog that traps the focus', async ({ browser }) => {
  const { system, page } = await openSignedIn(browser)
  await page.evaluate(() => {
    document.body.innerHTML = '<dialog id="own"><input id="inside"><button>Save</button></dialog>'
    const own = document.getElementById('own') as HTMLDialogElement
    const inside = document.getElementById('inside')!
    own.showModal()
    inside.focus()
    // As the libraries do: on the way down, for everything outside.
    const trap = (event: Event) => {
      if (own.contains(event.target as Node)) return
      event.preventDefault()
      event.stopImmediatePropagation()
      inside.focus()
    }
    for (const name of ['focusin', 'mousedown', 'click', 'keydown']) document.addEventListener(name, trap, true)
  })
  const { outcomes } = await loseSession(page, system)
  await dialogOf(page).waitFor()

  await page.getByRole('button', { name: 'Sign in as somebody else' }).click()
  await page.keyboard.type(system.accounts[0].username)
  await page.keyboard.press('Tab')
  await page.keyboard.type(system.accounts[0].password)
  const reachable = await page.evaluate(() => {
    const { left, top } = document.getElementById('inside')!.getBoundingClientRect()
    return document.elementFromPoint(left + 2, top + 2)?.id
  })
  await page.keyboard.press('Enter')

  expect(reachable).not.toBe('inside')
  expect((await outcomes()).map((one) => one.slice(0, 3))).toEqual(Array(3).fill('200'))
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('inside')
})

story('too many attempts are reported with the remaining time', async ({ browser }) => {
  const { system, page } = await openSignedIn(browser)
  await loseSession(page, system)
  await dialogOf(page).waitFor()
  const alert = page.getByRole('alert')

  for (let attempt = 0; attempt < 12 && !/Too many/.test((await alert.textContent()) ?? ''); attempt++) {
    await page.getByLabel('Password').fill(`wrong ${attempt}`)
    await page.keyboard.press('Enter')
    await page.locator('form[aria-busy=false]').waitFor()
  }

  expect(await alert.textContent()).toMatch(/^Too many attempts\. Try again in \d+ (second|minute)s?\.$/)
})

// Over WebDriver BiDi a test does not see what a request sends.
storyIn('chromium')(
  'fields of the application are sent with the sign-in, and are created again after a refusal',
  async ({ browser }) => {
    const dialog = `{ language: 'zh', remember: false, fields(place, refused) {
    const input = document.createElement('input')
    Object.assign(input, { name: 'captcha', value: 'solved after ' + refused })
    input.setAttribute('aria-label', 'Captcha')
    place.append(input)
  } }`
    const { system, page } = await openSignedIn(browser, { dialog })
    await loseSession(page, system)
    const bodies: Record<string, unknown>[] = []
    page.on('request', (request) => {
      if (request.url().endsWith('/auth/login') && request.method() === 'POST') bodies.push(request.postDataJSON())
    })

    await page.getByLabel('密码').fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: '用户名或密码错误' }).waitFor()
    await page.getByLabel('密码').fill('wrong too')
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await expect.poll(() => bodies.length).toBe(2)
    expect(await page.getByLabel('Captcha').count()).toBe(1)

    expect(bodies.map(({ captcha, remember }) => [captcha, remember])).toEqual([
      ['solved after undefined', false],
      ['solved after invalid_credentials', false],
    ])
  },
)

story(
  'it is styled if the page forbids inline style, and is shown again if the document body is replaced',
  async ({ browser }) => {
    const { system, page } = await openSignedIn(browser)
    system.page.serve((_, response) =>
      response
        .writeHead(200, {
          'Content-Type': 'text/html',
          'Content-Security-Policy': "default-src 'none'; style-src 'self'; connect-src *",
        })
        .end('<!doctype html><title>Strict</title><body>Page</body>'),
    )
    const refused: string[] = []
    page.on('console', (message) => /Content Security Policy/.test(message.text()) && refused.push(message.text()))
    await page.goto(`${system.page.url}/strict`)
    await page.waitForFunction(() => window.client.state === 'active')
    await loseSession(page, system)
    await dialogOf(page).waitFor()
    const width = await dialogOf(page).evaluate((dialog) => getComputedStyle(dialog).width)

    await page.evaluate(() => document.body.replaceWith(document.createElement('body')))
    await dialogOf(page).waitFor()

    expect(width).toBe('420px')
    expect(refused).toEqual([])
    expect(await page.locator('sessionward-dialog > dialog:modal').count()).toBe(1)
  },
)

story('a checkbox of the application decides whether the new session is remembered', async ({ browser }) => {
  const dialog = `{ remember: true, fields(place) {
    place.innerHTML = '<label><input type="checkbox" name="remember"> Stay signed in</label>'
  } }`
  const { system, context, page } = await openSignedIn(browser, { dialog })
  const expiries = async () => (await context.cookies(system.auth.url)).map(({ expires }) => expires > 0)
  expect(await expiries()).toEqual([true])
  const { outcomes } = await loseSession(page, system)

  await page.getByLabel('Password').fill(system.accounts[0].password)
  await page.keyboard.press('Enter')
  await outcomes()

  expect(await expiries()).toEqual([false])
})
