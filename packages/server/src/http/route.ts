import type { Guard } from '@sessionward/guard'
import type { RefreshCookieScheme } from '@sessionward/protocol'
import type { createSignIn } from '../accounts/sign-in.js'
import type { Config } from '../config.js'
import type { Directory } from '../directory/directory.js'
import type { RevocationFeed } from '../revocation/feed.js'
import type { SessionService } from '../session-service.js'
import type { Answer } from './answer.js'

/** One endpoint: a value, one file each. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  /** Its name in the metadata; endpoints without one are not advertised there. */
  readonly name?: string
  handle(call: Call): Promise<Answer> | Answer
}

/** One request, and where it came from. */
export interface Call {
  readonly request: Request
  /** Network address of the client as the adapter knows it; null where it knows none. */
  readonly address: string | null
}

/** What the endpoints are made of. */
export interface HttpParts {
  readonly config: Config
  readonly cookies: RefreshCookieScheme
  readonly sessions: SessionService
  readonly people: ReturnType<typeof createSignIn>
  readonly directory: Directory
  readonly guard: Guard
  readonly feed: RevocationFeed
  readonly jwks: () => Promise<{ readonly keys: readonly object[] }>
  /** Rejects where the server cannot work just now. */
  readonly probe: () => Promise<void>
  readonly isGuardCredential: (presented: string) => boolean
  /** Tells the operator of an error that nobody foresaw. */
  readonly report: (error: unknown) => void
}
