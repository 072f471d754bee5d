import type { RevocationSource } from '@sessionward/guard'
import type { AccountAdministration } from './accounts/administration.js'
import type { Sessions, SubjectOf } from './calls/session-calls.js'
import type { AuthEvent } from './events.js'
import type { createHandler } from './http/handler.js'
import type { RequestInfo } from './http/request-info.js'
import type { KeyRing } from './keys/key-ring.js'

/** The auth server: a fetch handler, and the same operations as typed calls. */
export interface AuthServer {
  /** The option `issuer`. */
  readonly issuer: string
  /** Answers a request. Never rejects. */
  fetch(request: Request, info?: RequestInfo): Promise<Response>
  /** Whether a path belongs to the auth server; an adapter passes every other one on. */
  owns(path: string): boolean
  /** The paths of the auth server as route patterns, such as `/auth/*` and `/.well-known/jwks.json`. */
  readonly paths: readonly string[]
  /** Starts, refreshes, lists and ends sessions. */
  readonly sessions: Sessions
  /** The built-in accounts; undefined if the option `directory` is set. */
  readonly accounts: AccountAdministration | undefined
  /** Notifies guards of profile changes. */
  readonly profiles: {
    /**
     * Makes guards require a refresh of access tokens that were issued before this call, so that tokens contain the new profile. Nobody
     * is signed out. Call it after a change, or less than 30 seconds before it; with a cache, for every change of what `profile`
     * returns.
     *
     * @param version The version of the profile after the change: a whole number that increases.
     */
    changed(owner: SubjectOf, version: number): Promise<void>
  }
  /** The public keys, and their rotation. */
  readonly keys: Pick<KeyRing, 'jwks' | 'rotate'>
  /** The revocation feed, for guards in the same process: `createGuard({ issuer, audience, feed: auth.revocations })`. */
  readonly revocations: RevocationSource
  /** Calls the listener for every event. @returns a function that removes the listener. */
  on(listener: (event: AuthEvent) => void): () => void
  /**
   * Counters since the process started; `live_streams`: number of open event streams of browsers; and `clock_offset_seconds`: how far
   * the database's clock is ahead. docs/monitoring.md explains every name.
   */
  figures(): Readonly<Record<string, number>>
  /** Resolves when the store answers and the signing keys are loaded. You need not call it before `fetch`. */
  ready(): Promise<void>
  /** Ends feeds and timers, and closes the store when pending writes are done. */
  close(): Promise<void>
}

/** Answers a request without a `Request` and a `Response`, for the adapters of Node. */
export type Answerer = ReturnType<typeof createHandler>['answer']

const answerers = new WeakMap<AuthServer['fetch'], Answerer>()

/** Makes `answer` available to the adapters as the shorter way to do what `fetch` does. */
export function setAnswerer(fetch: AuthServer['fetch'], answer: Answerer): void {
  answerers.set(fetch, answer)
}

/** @returns undefined if `fetch` is the application's own function, which may change the request or the answer. */
export function findAnswerer({ fetch }: Pick<AuthServer, 'fetch'>): Answerer | undefined {
  return answerers.get(fetch)
}
