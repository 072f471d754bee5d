import type { AttachableClient } from '../attach/attachable.js'
import type { Client } from '../client.js'

/** What `createClient` returned. */
export type ActivityClient = AttachableClient & Pick<Client, 'subscribe'>

/** What is known of a request in each of its phases. */
export interface RequestPhases {
  /** The application has made it. `url` is without its query, which may contain private data. */
  readonly accepted: { readonly method: string; readonly url: string }
  /** It waits for a refresh, a sign-in or the network; `refresh` also while the page finds out whether somebody is signed in. */
  readonly waiting: { readonly reason: 'refresh' | 'sign-in' | 'offline' }
  /** It is sent; `attempt` is 2 for the replay. `jti` of the access token; undefined if there was none. */
  readonly sent: { readonly attempt: number; readonly jti?: string | undefined }
  /** A server answered; `code` is the error code of the answer. */
  readonly answered: { readonly attempt: number; readonly status: number; readonly code?: string | undefined }
  /** The caller has its answer or its error. */
  readonly settled: { readonly outcome: 'answered' | 'failed'; readonly error?: string }
}

/** A step of one request. */
export type RequestActivity = {
  [Phase in keyof RequestPhases]: {
    /** Tells the two kinds of activity apart. */
    readonly type: 'request'
    /** What happened. */
    readonly phase: Phase
    /** Counts the requests of this client, from 1. */
    readonly id: number
  } & RequestPhases[Phase]
}[keyof RequestPhases]

/** A refresh that this tab sent, or the answer to it. */
export interface RefreshActivity {
  /** Tells the two kinds of activity apart. */
  readonly type: 'refresh'
  /** What happened. */
  readonly phase: 'sent' | 'answered'
  /** HTTP status of the answer, if there was one. */
  readonly status?: number | undefined
  /** Error code of the answer, if it was refused. */
  readonly code?: string | undefined
  /** Generation of the session, if there are new tokens. */
  readonly generation?: number | undefined
}

/** What happens inside a client, for timelines and developer tools. Never contains a token. */
export type ClientActivity = (RequestActivity | RefreshActivity) & {
  /** Milliseconds since the epoch, with fractions: comparable between the tabs of one machine. */
  readonly at: number
}
