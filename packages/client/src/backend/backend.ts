import type { ErrorCode, ReplacedBy, Transport } from '@sessionward/protocol'
import type { Environment } from '../environment.js'
import type { Tokens } from '../tokens.js'
import type { VaultRecord } from '../vault/vault.js'

/** The options of `createClient` that are for a Sessionward auth server alone. */
export interface AuthServerOptions {
  readonly basePath?: string | undefined
  readonly clientId?: string | undefined
  readonly transport?: Transport | undefined
  readonly live?: boolean | undefined
}

/** A backend that is not yet connected to a client: what `defineBackend` and `jsonBackend` return. */
export interface BackendSource {
  /**
   * @internal Called once by each client.
   * @param options Of `createClient`.
   * @throws TypeError if one is set that is for a Sessionward auth server alone.
   */
  connect(environment: Environment, options?: AuthServerOptions): Backend
}

/** What signs people in and renews their tokens: a Sessionward auth server, or a server that an application already has. */
export interface Backend {
  /** Clients of the same name share a session. */
  readonly name: string
  /** Origins that receive the access token in addition to those of the options. */
  readonly origins: readonly string[]
  /** How the refresh token travels: in a cookie that no script can read, or in the vault. */
  readonly transport: Transport
  /** Whether there is at most one session, which a refresh cannot name. */
  readonly single?: boolean | undefined
  /**
   * Whether the previous refresh token remains valid until the new one is used, so that a lost answer does no harm. Default:
   * each is valid once.
   */
  readonly confirms?: boolean | undefined
  /** Address of a Sessionward auth server's endpoints, without a slash at its end. Default: it is none. */
  readonly address?: string | undefined
  signIn(input: object, signal: AbortSignal): Promise<BackendAnswer>
  refresh(held: HeldSession, signal: AbortSignal): Promise<BackendAnswer>
  signOut(
    held: HeldSession & { readonly everywhere?: boolean | undefined },
    signal: AbortSignal,
  ): Promise<BackendAnswer>
  /**
   * What an answer to a request of the application says about the access token; undefined if it did not refuse the token.
   *
   * @param url Of the request.
   */
  judge(answer: AnswerView, url: string): Promise<TokenRefusal | undefined>
  /** Name and value of the header that carries an access token. */
  tokenHeader(accessToken: string): readonly [name: string, value: string]
  /** Whether a request is the backend's own. It is sent as it is: a refresh must not wait for itself. */
  owns?(url: string): boolean
  /** Adds to an error what may be the reason why a request of the application had no answer. */
  explain?(error: unknown, url: string): void
}

/** What the tabs know of the session that is to be refreshed or ended. */
export interface HeldSession {
  /** Default: the latest sign-in of this browser. */
  readonly sid?: string | undefined
  /** Only where the transport is not `cookie`. */
  readonly refreshToken?: string | undefined
  /** What this browser knows of its latest session, which need not be the one in the cookie jar. */
  readonly latest?: VaultRecord['session']
  /** What this tab has, if the page has not just opened. */
  readonly tokens?: Tokens | undefined
}

/** The outcome of a call to the backend. Such a call never throws, not even if the signal aborts it. */
export type BackendAnswer = Granted | Over | Refused | Unavailable

/** Why there are no tokens, although the session may be good. */
export type Failure = Refused | Unavailable | Unsent

interface AnswerFacts {
  readonly status?: number | undefined
  /** For the person, or for the log. */
  readonly detail?: string | undefined
  readonly cause?: unknown
  /** Seconds. */
  readonly retryAfter?: number | undefined
}

/** Signed in, or refreshed. */
interface Granted extends AnswerFacts {
  readonly verdict?: undefined
  readonly tokens: Tokens
  /** Only where the transport is not `cookie`. */
  readonly refreshToken?: string | undefined
  readonly code?: undefined
}

/** The session is over, which is what a sign-out asks for. */
interface Over extends AnswerFacts {
  readonly verdict: 'terminal'
  readonly tokens?: undefined
  readonly code: ErrorCode
  /** Only with `session_replaced`. */
  readonly replacedBy?: ReplacedBy | undefined
}

/** The request itself is at fault: a wrong password, a wrong path. */
interface Refused extends AnswerFacts {
  readonly verdict: 'fix'
  readonly tokens?: undefined
  readonly code: ErrorCode
}

/** Another try may help: it is unavailable, or the answer is not one of its own. */
interface Unavailable extends AnswerFacts {
  readonly verdict: 'retry'
  readonly tokens?: undefined
  readonly code?: ErrorCode | 'unexpected_answer' | undefined
}

/** This tab sent nothing: no vault, no lock or no time. That says nothing about the backend. */
interface Unsent extends AnswerFacts {
  readonly verdict: 'unsent'
}

/** An answer as the sender of the request sees it: `fetch`, axios, an adapter of others. */
export interface AnswerView {
  readonly status: number
  /** Final address, after redirects; empty where the sender does not tell. */
  readonly url: string
  /** Undefined where only the addresses tell. */
  readonly redirected?: boolean
  /** The value of a header; null if there is none, or if the page may not read it. */
  header(name: string): string | null
  /** What `read` makes of the body. It leaves the response as it is, so that the caller can still read it. */
  json(read: (response: Response) => Promise<unknown>): Promise<unknown>
}

/** An answer that refused the access token. */
export interface TokenRefusal {
  readonly code: ErrorCode
  /** The session is over, and a refresh would not help. Default: a refresh decides. */
  readonly ended?: boolean | undefined
}
