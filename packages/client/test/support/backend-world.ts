import { afterEach, beforeEach } from 'vitest'
import { header, type JsonBackendOptions, jsonBackend } from '../../src/backend/index.js'
import type { ClientOptions } from '../../src/index.js'
import { type TabFacts, TestBrowser, type TestTab } from './browser.js'
import { type StrictBackend, startStrictBackend } from './strict-backend.js'
import { ann, fast } from './world.js'

export interface BackendWorld {
  readonly backend: StrictBackend
  readonly browser: TestBrowser
  /** A tab of the browser whose client uses the backend. */
  open(options?: Partial<ClientOptions>, facts?: TabFacts): TestTab
  openSignedIn(options?: Partial<ClientOptions>, facts?: TabFacts): Promise<TestTab>
  /** The backend in the terms of `jsonBackend`. */
  json(options?: Partial<JsonBackendOptions>): ReturnType<typeof jsonBackend>
}

/** A fresh backend and browser profile for each test of the file. */
export function useBackendWorld(): BackendWorld {
  let backend: StrictBackend
  let browser: TestBrowser
  beforeEach(async () => {
    backend = await startStrictBackend()
    browser = new TestBrowser()
  })
  afterEach(async () => {
    browser.close()
    await backend.close()
  })
  const json: BackendWorld['json'] = (options) => jsonBackend({ ...shape, url: backend.origin, ...options })
  const open: BackendWorld['open'] = (options, facts) =>
    browser.open({ server: json(), timeouts: fast, patience: 0, ...options }, facts)
  return {
    get backend() {
      return backend
    },
    get browser() {
      return browser
    },
    json,
    open,
    async openSignedIn(options, facts) {
      const tab = open(options, facts)
      await tab.client.signIn(ann)
      return tab
    },
  }
}

export const shape: JsonBackendOptions = {
  signIn: '/login',
  refresh: 'GET /refresh',
  signOut: '/logout',
  tokens: {
    accessToken: 'data.accessToken',
    refreshToken: 'data.refreshToken',
    expiresIn: 'data.expiresIn',
    user: 'data.user',
    subject: 'data.user.id',
  },
  code: { ok: 10200, expired: 10415, ended: { 10422: 'refresh_token_invalid', 10409: 'session_replaced' } },
  accessToken: header('accessToken'),
  refreshToken: header('refreshToken'),
}
