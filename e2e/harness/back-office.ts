import type { Browser, BrowserContext, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import {
  type BackendControls,
  type BackOfficeServer,
  startBackOffice,
} from '../../examples/axios-business-codes/src/start.js'
import { openContext } from './story.js'

declare global {
  interface Window {
    /** What the pages of the back office expose to stories. */
    backOffice: import('../../examples/axios-business-codes/web/back-office.js').BackOffice
  }
}

/** The variants of the back office that a story runs on. `before` is the hand-written queue, on which most of them fail. */
export type Variant = 'before' | 'after' | 'auth-server' | 'single-token'

/** WAYS=before shows what the hand-written queue makes of a story. */
export function selectVariants(...variants: readonly Variant[]): readonly Variant[] {
  const given = process.env.WAYS
  return given ? (given.split(',') as Variant[]) : variants
}

/** Closed with the story. */
export async function openOffice(): Promise<BackOfficeServer> {
  const office = await startBackOffice(0)
  onTestFinished(() => office.close())
  return office
}

/** The backend behind a variant. */
export function backendOf(office: BackOfficeServer, variant: Variant): BackendControls {
  const { theirs, authServer, singleToken } = office
  return { before: theirs, after: theirs, 'auth-server': authServer, 'single-token': singleToken }[variant]
}

/** A browser of its own, in which nobody is signed in. */
export async function openDesk(browser: Browser, office: BackOfficeServer, variant: Variant): Promise<Page> {
  return openPage(await openContext(browser), office, variant)
}

/** Over plain http on a name that is not localhost, as in many intranets. */
async function openPage(context: BrowserContext, office: BackOfficeServer, variant: Variant): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${office.url.replace('localhost', 'app.test')}/${variant}`)
  return page
}

/** A desk with a person who has signed in with the form of the page. */
export async function openSignedIn(browser: Browser, office: BackOfficeServer, variant: Variant): Promise<Page> {
  const page = await openDesk(browser, office, variant)
  await signInAt(page)
  return page
}

/** The form is filled in already, for ann. */
export async function signInAt(page: Page): Promise<void> {
  await page.click('#sign-in button')
  await page.waitForSelector('#office:not([hidden])')
  await page.waitForSelector('#orders tr')
}

/** Sends requests at once through the page's axios instance. @returns `done`, or the name or reason of each error. */
export function sendAtOnce(page: Page, count: number, method: 'get' | 'post' = 'get'): Promise<readonly string[]> {
  return page.evaluate(
    async ([count, method]) => {
      const send = (i: number) =>
        method === 'get'
          ? window.backOffice.api.get(`/orders?request=${i}`)
          : window.backOffice.api.post(`/orders?request=${i}`, { item: `Item ${i}`, quantity: i })
      const outcome = (error: { readonly cause?: { readonly reason?: string }; readonly message: string }) =>
        error.cause?.reason ?? error.message
      return await Promise.all(Array.from({ length: count }, (_, i) => send(i).then(() => 'done', outcome)))
    },
    [count, method] as const,
  )
}

/** What a promise of the page settles to, or `pending`. */
export async function settled<T>(promise: Promise<T>, seconds: number): Promise<T | 'pending'> {
  const pending = new Promise<'pending'>((resolve) => setTimeout(resolve, seconds * 1000, 'pending').unref())
  return await Promise.race([promise, pending])
}
