/** Why a flight started: the page opened, the token expires soon, it has expired, it was refused, or the app called `adopt`. */
export type FlightReason = 'boot' | 'ahead' | 'expired' | 'refused' | 'asked'

/**
 * The progress of a flight. `adopted`: another tab had refreshed already. `failed`: the auth server is unavailable, or refused
 * the request. `ended`: the session is over.
 */
export type FlightPhase = 'started' | 'waiting-for-lock' | 'sent' | 'answered' | 'adopted' | 'failed' | 'ended'

/** What is known of a request in each of its phases. */
export interface RequestPhases {
  /** `url` without its query, which may contain private data. */
  readonly accepted: { readonly method: string; readonly url: string }
  /** It waits for a refresh, a sign-in or the network. */
  readonly waiting: { readonly reason: 'refresh' | 'sign-in' | 'offline' }
  /** `jti` of the access token that was sent; undefined if there was none. */
  readonly sent: { readonly attempt: number; readonly jti?: string | undefined }
  /** A server answered; `code` is the error code of the answer. */
  readonly answered: { readonly attempt: number; readonly status: number; readonly code?: string | undefined }
  /** It is sent again with a new access token. */
  readonly replayed: Readonly<Record<never, never>>
  /** The caller has its answer or its error. */
  readonly settled: { readonly outcome: 'answered' | 'failed'; readonly error?: string }
}

/** An event of one request. `id` counts the requests of this tab. */
export type RequestActivity = {
  [Phase in keyof RequestPhases]: {
    readonly type: 'request'
    readonly phase: Phase
    readonly id: number
  } & RequestPhases[Phase]
}[keyof RequestPhases]

/** An event of one refresh. `flight` counts the flights of this tab. */
export interface FlightActivity {
  /** Tells the three kinds of activity apart. */
  readonly type: 'flight'
  /** What happened. */
  readonly phase: FlightPhase
  /** The number of the flight in this tab, from 1. */
  readonly flight: number
  /** Why the flight started. */
  readonly why: FlightReason
  /** HTTP status of the answer, once there is one. */
  readonly status?: number | undefined
  /** Error code of the answer, if it was refused. */
  readonly code?: string | undefined
  /** Generation of the session after a refresh that succeeded. */
  readonly generation?: number | undefined
}

/** A message from another tab. */
export interface TabActivity {
  /** Tells the three kinds of activity apart. */
  readonly type: 'tab'
  /** What the other tab said: it has new tokens, it signed out, it asks for tokens, or it answers. */
  readonly what: 'tokens' | 'signed-out' | 'asks' | 'answers'
}

/** What happens inside the client, for timelines and developer tools. Never contains a token. */
export type ClientActivity = (RequestActivity | FlightActivity | TabActivity) & {
  /** Milliseconds since the epoch, with fractions: comparable between the tabs of one machine. */
  readonly at: number
}
