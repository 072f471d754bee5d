import type { Browser, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import {
  type KoaIdentity,
  type KoaIdentityOptions,
  startKoaIdentity,
} from '../../examples/koa-identity-cookie/src/start.js'
import { chosenStores } from '../../scripts/stores.mjs'
import { openContext } from './story.js'

declare global {
  interface Window {
    /** What the page of the Koa example leaves for stories. */
    koaIdentity: { readonly client: import('@sessionward/client').Client }
  }
}

/** What users of this run are in: SQLite, and what else the run is on. `npm run test:all` has the others. */
export const userDatabases = (['sqlite', 'mysql', 'mongodb'] as const).filter(
  (kind) =>
    kind === 'sqlite' || chosenStores().includes(kind) || (kind === 'mysql' && chosenStores().includes('mariadb')),
)

/** The example with users in SQLite, unless a story says otherwise. Closed with the story. */
export async function openKoaIdentity(options: Partial<KoaIdentityOptions> = {}): Promise<KoaIdentity> {
  const system = await startKoaIdentity({ port: 0, users: 'sqlite', ...options })
  onTestFinished(() => system.close())
  return system
}

/** A browser of its own, in which ada has signed in with the form, which is filled in already. */
export async function openSignedInPage(browser: Browser, system: KoaIdentity): Promise<Page> {
  const page = await (await openContext(browser, { locale: 'en' })).newPage()
  await page.goto(system.url)
  await page.waitForSelector('body[data-ready]')
  await signInAt(page)
  return page
}

export async function signInAt(page: Page): Promise<void> {
  await page.click('#sign-in button')
  await page.waitForSelector('#signed-in:not([hidden])')
}

/** Presses the button of an act. @returns the sentence of what was seen. */
export async function play(page: Page, act: string): Promise<string> {
  return await press(page, `#act-${act}`)
}

/** Presses a button that plays something. @returns the sentence of what was seen. */
export async function press(page: Page, button: string): Promise<string> {
  // The act before this one may still be reading the state of the system, after which it draws the buttons anew.
  await page.waitForSelector('body:not([aria-busy])')
  await page.locator('#news').evaluate((news) => {
    news.textContent = ''
  })
  await page.click(button)
  await page.waitForFunction(
    () => !document.body.hasAttribute('aria-busy') && document.querySelector('#news')?.textContent !== '',
  )
  return (await page.textContent('#news')) ?? ''
}
