import { type Origin, openOrigin, type System, type SystemOptions } from '@sessionward/example-harness'
import { createGuard, type Guard } from '@sessionward/guard'
import { pageRoutes, protectPage } from '@sessionward/guard/express'
import {
  createPageGuard,
  interstitial,
  type PageGuardOptions,
  type RefreshMethod,
  redirect,
} from '@sessionward/guard/page'
import express, { type Express, type Response } from 'express'
import type { BrowserContext, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { bundledClient } from './bare-page.js'
import { openSystem } from './system.js'

declare global {
  interface Window {
    /** Of the pages of a {@link PagesSite}. */
    returnTo: (home?: string) => string
  }
}

/** A server-rendered site whose pages are guarded, on the origin of the system's page. */
export interface PagesSite {
  readonly system: System
  readonly url: string
  readonly guard: Guard
  /** Each order that was placed, as its form said. */
  readonly orders: readonly Readonly<Record<string, unknown>>[]
  /** Method and path of every request that the site got, the earliest first. */
  readonly requests: readonly string[]
  /** Signs in on the site's own page of sign-in. */
  signIn(page: Page, account?: 0 | 1): Promise<void>
}

export interface PagesSiteOptions extends SystemOptions {
  readonly refresh: 'interstitial' | 'redirect'
  /** Of the interstitial: refresh token in localStorage, body transport. */
  readonly local?: boolean
  /** Milliseconds by which the guard's clock is ahead of the auth server's. */
  readonly guardAhead?: number
  readonly page?: Partial<PageGuardOptions>
  /** Cookies of hand-overs get lost, as behind a proxy that strips them. */
  readonly losesCookies?: boolean
  /** Headers that replace those of the page guard on /orders. */
  readonly headers?: Readonly<Record<string, string>>
}

export async function openPagesSite(options: PagesSiteOptions): Promise<PagesSite> {
  const {
    refresh,
    local = false,
    guardAhead = 0,
    losesCookies = false,
    page: pageOptions = {},
    headers = {},
    ...systemOptions
  } = options
  // The auth server must know the address of sign-in before its page exists.
  const front: Origin = await openOrigin()
  onTestFinished(() => front.close())
  const system = await openSystem({
    ...systemOptions,
    origins: [front.url],
    ...(refresh === 'redirect' ? { accessCookie: {}, signInUrl: `${front.url}/sign-in` } : {}),
  })
  const { url: server } = system.auth
  const transport = local ? 'body' : 'cookie'
  const storage = local ? 'local' : 'indexeddb'
  const chosen: RefreshMethod =
    refresh === 'redirect' ? redirect({ server }) : interstitial({ server, transport, storage })
  const guard = createGuard({
    issuer: server,
    audience: server,
    feed: { credential: system.auth.guardCredential },
    now: () => system.clock.now() + guardAhead,
    logger: { warn() {}, error() {} },
  })
  onTestFinished(() => guard.close())
  const pages = createPageGuard(guard, { origin: front.url, signIn: '/sign-in', refresh: chosen, ...pageOptions })
  const requests: string[] = []
  const orders: Record<string, unknown>[] = []
  const app: Express = express().disable('x-powered-by').disable('etag')
  app.use((request, response, next) => {
    requests.push(`${request.method} ${request.url}`)
    if (losesCookies && request.path.startsWith('/sessionward/')) response.setHeader = lessCookies(response.setHeader)
    next()
  })
  app.use(pageRoutes(pages))
  app.get(
    '/client.js',
    async (_, response) => void response.type('js').send(await clientScript(server, transport, local)),
  )
  app.get('/', (_, response) => void response.send('<!doctype html><title>Home</title><link rel="icon" href="data:,">'))
  app.get('/sign-in', (request, response) => {
    response.send(html('Sign in', `<p id="reason">${String(request.query.reason ?? 'none').replace(/\W/g, '_')}</p>`))
  })
  const guarded = protectPage(pages)
  app.get('/orders', guarded, (request, response) => {
    response.set(headers).send(html('Orders', `<p id="subject">${request.auth.subject}</p>`))
  })
  app.get('/order', guarded, (_, response) => void response.send(html('Order', orderForm)))
  app.get('/kept-order', guarded, (_, response) => {
    // As Helmet does, so that no `Referer` tells where the form was.
    response.set('referrer-policy', 'no-referrer')
    const id = '<input type="hidden" name="id" value="7">'
    const remark = `<form class="keep" id="remark">${id}<input name="remark"></form>`
    response.send(html('Order', remark + orderForm.replace(/<form(.*?)>/, `<form class="keep"$1>${id}`)))
  })
  app.post('/order', guarded, express.urlencoded({ extended: true }), (request, response) => {
    orders.push(request.body)
    response.redirect(303, '/placed')
  })
  app.get(
    '/placed',
    guarded,
    (_, response) => void response.send(html('Placed', `<p id="placed">${orders.length}</p>`)),
  )
  app.get('/moved', (_, response) => response.redirect(302, '/orders'))
  app.get('/picture.png', guarded, (_, response) => void response.type('png').send(''))
  front.serve(app)
  await guard.ready()
  return {
    system,
    url: front.url,
    guard,
    orders,
    requests,
    async signIn(page, account = 0) {
      if (!page.url().includes('/sign-in')) await page.goto(`${front.url}/sign-in`)
      await page.evaluate((input) => window.client.signIn(input), system.accounts[account])
    },
  }
}

function lessCookies(setHeader: Response['setHeader']): Response['setHeader'] {
  return function (this: Response, name, value) {
    return name === 'set-cookie' ? this : setHeader.call(this, name, value)
  } as Response['setHeader']
}

const orderForm = `<form method="post" action="/order" id="order">
<input name="what" value=""><input name="list" value="a"><input name="list" value="b"><textarea name="note"></textarea>
<input type="hidden" name="submit" value="yes"><button>Send</button></form>`

function html(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,">
<script src="/client.js"></script><h1>${title}</h1>${body}</html>`
}

async function clientScript(server: string, transport: string, local: boolean): Promise<string> {
  const vault = local ? ', vault: sessionwardClient.webStorage(localStorage)' : ''
  return `${await bundledClient('pages-entry.ts')}
window.client = sessionwardClient.createClient({ server: '${server}', transport: '${transport}'${vault} })
window.detachPage = sessionwardClient.attachPage(window.client)
window.returnTo = sessionwardClient.returnTo
addEventListener('DOMContentLoaded', () => {
  for (const form of document.querySelectorAll('form.keep')) sessionwardClient.draft(form, { client: window.client })
})`
}

/** Waits until a page of the site is loaded, and its client knows whether somebody is signed in. */
export async function arrive(page: Page, title: string): Promise<void> {
  const arrived = (wanted: string) => document.title === wanted && window.client && window.client.state !== 'unknown'
  await page.waitForFunction(arrived, title, { timeout: 15_000 }).catch(async (cause: unknown) => {
    throw new Error(`not at "${title}" but at ${page.url()}: ${await page.title()}`, { cause })
  })
}

/** Lets the browser forget the access cookie, as when it was closed for longer than the ten seconds of the page guard's marker. */
export async function forgetAccessCookie(context: BrowserContext): Promise<void> {
  for (const name of ['access_token', 'sessionward_arrived']) await context.clearCookies({ name })
}
