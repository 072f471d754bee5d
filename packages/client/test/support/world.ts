import { afterEach, beforeEach } from 'vitest'
import type { ClientOptions } from '../../src/index.js'
import { type Scripted, type ScriptedAuthServer, startAuthServer } from './auth-server.js'
import { type TabFacts, TestBrowser, type TestTab } from './browser.js'

export interface World {
  readonly server: ScriptedAuthServer
  readonly browser: TestBrowser
  /** A tab of the browser, with the auth server and the API of this world. */
  open(options?: Partial<ClientOptions>, facts?: TabFacts): TestTab
  /** A tab whose person is signed in. */
  openSignedIn(options?: Partial<ClientOptions>, facts?: TabFacts): Promise<TestTab>
  readonly hello: string
  /** Somebody signs in on a page of the application's own: the auth server sets a cookie, and no client takes part. */
  signInElsewhere(username: string): void
}

/** A fresh auth server, API and browser profile for each test of the file. */
export function useWorld(): World {
  let server: ScriptedAuthServer
  let browser: TestBrowser
  beforeEach(async () => {
    server = await startAuthServer()
    browser = new TestBrowser()
  })
  afterEach(async () => {
    browser.close()
    await server.close()
  })
  // At once, where a test does not say that it waits.
  const open: World['open'] = (options, facts) =>
    browser.open({ server: server.origin, origins: [server.api], timeouts: fast, patience: 0, ...options }, facts)
  return {
    get server() {
      return server
    },
    get browser() {
      return browser
    },
    get hello() {
      return `${server.api}/hello`
    },
    open,
    signInElsewhere: (username) => browser.setCookies(server.startSession(username, browser.cookies())),
    async openSignedIn(options, facts) {
      const tab = open(options, facts)
      await tab.client.signIn(ann)
      return tab
    },
  }
}

/** Short enough to wait for in a test, long enough for a busy machine. */
export const fast = { request: 0.8, lock: 1.2, reauth: 2 }

/** For a test that waits for no deadline: on a machine with much to do a second is nothing. */
export const calm = { timeouts: {} }

export const ann = { username: 'ann', password: 'right' }
export const bob = { username: 'bob', password: 'right' }

export async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 1000) throw new Error(`Never came to hold: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** How a promise ended, in words. */
export async function outcome(promise: Promise<unknown>): Promise<string> {
  try {
    const value = await promise
    return value instanceof Response ? String(value.status) : 'resolved'
  } catch (error) {
    const { name, reason, code } = error as Error & { reason?: string; code?: unknown }
    const why = reason ?? (typeof code === 'string' ? code : undefined)
    return why ? `${name} ${why}` : name
  }
}

export function problem(status: number, code: string, verdict: string, headers: Record<string, string> = {}): Scripted {
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
    body: { type: 'about:blank', title: code, status, code, verdict },
  }
}
