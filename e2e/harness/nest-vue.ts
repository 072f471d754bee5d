import type { Browser, BrowserContext, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { type NestVue, type NestVueOptions, startNestVue } from '../../examples/nestjs-vue/src/start.js'
import { refreshes as refreshesOf } from './figures.js'
import { openContext } from './story.js'

declare global {
  interface Window {
    /** What the page of this example leaves for stories. */
    nestVue: {
      readonly api: import('axios').AxiosInstance
      readonly client: import('@sessionward/client').Client
    }
  }
}

/** Closed with the story. */
export async function openNestVue(options: Partial<NestVueOptions> = {}): Promise<NestVue> {
  const example = await startNestVue({ port: 0, ...options })
  onTestFinished(() => example.close())
  return example
}

/** A browser of its own, in which a person of the example has signed in with the form. */
export async function openSignedIn(browser: Browser, example: NestVue, username: 'ada' | 'lin'): Promise<Page> {
  const context = await openContext(browser, { locale: 'en' })
  const page = await context.newPage()
  await page.goto(example.url)
  await signInAt(page, username)
  return page
}

/** At the form, to which a page leads by itself. The account is filled in. */
export async function signInAt(page: Page, username: 'ada' | 'lin'): Promise<void> {
  await page.waitForSelector('#sign-in')
  await page.click(`.accounts button:has-text("${username}")`)
  await page.click('#sign-in button[type=submit]')
  await page.waitForSelector('#orders tbody tr')
}

/** Another tab of the same browser, ready. */
export async function openTab(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(url)
  await page.waitForSelector('#orders tbody tr')
  return page
}

/** Sends requests at once, each third to the part that answers 419. @returns `done`, or the message of each error. */
export function sendAtOnce(page: Page, count: number): Promise<readonly string[]> {
  return page.evaluate(async (count) => {
    const paths = Array.from({ length: count }, (_, i) => (i % 3 === 0 ? '/old-stock' : '/orders'))
    const outcome = ({ cause, message }: Error & { cause?: { reason?: string } }) => cause?.reason ?? message
    return await Promise.all(paths.map((path) => window.nestVue.api.get(path).then(() => 'done', outcome)))
  }, count)
}

/** How many refreshes the auth server has decided, whatever it decided. */
export function refreshes({ auth }: NestVue): number {
  return refreshesOf({ auth: { server: auth } })
}
