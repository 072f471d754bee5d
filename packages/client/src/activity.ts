/** Why a flight started: the page opened, the token expires soon, it has expired, it was refused, or the app called `adopt`. */
export type FlightReason = 'boot' | 'ahead' | 'expired' | 'refused' | 'asked'

export type FlightPhase = 'started' | 'waiting-for-lock' | 'sent' | 'answered' | 'adopted' | 'failed' | 'ended'

interface RequestPhases {
  /** `url` without its query, which may contain private data. */
  readonly accepted: { readonly method: string; readonly url: string }
  readonly waiting: { readonly reason: 'refresh' | 'sign-in' | 'offline' }
  /** `jti` of the access token that was sent; undefined if there was none. */
  readonly sent: { readonly attempt: number; readonly jti?: string | undefined }
  readonly answered: { readonly attempt: number; readonly status: number; readonly code?: string | undefined }
  readonly replayed: Readonly<Record<never, never>>
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
  readonly type: 'flight'
  readonly phase: FlightPhase
  readonly flight: number
  readonly why: FlightReason
  readonly status?: number | undefined
  readonly code?: string | undefined
  readonly generation?: number | undefined
}

/** A message from another tab. */
export interface TabActivity {
  readonly type: 'tab'
  readonly what: 'tokens' | 'signed-out' | 'asks' | 'answers'
}

/** What happens inside the client, for timelines and developer tools. Never contains a token. */
export type ClientActivity = (RequestActivity | FlightActivity | TabActivity) & {
  /** Milliseconds since the epoch, with fractions: comparable between the tabs of one machine. */
  readonly at: number
}
