import type { IssuedTokens } from './issued-tokens.js'
import type { JudgedAnswer, Judgement } from './judged-answer.js'

/** What each function of a backend receives. */
export interface BackendCall {
  /** Comes when the time is over, or nobody needs the answer any more. */
  readonly signal: AbortSignal
  /** `fetch` with that signal. It bypasses the client: a refresh must not wait for itself. */
  readonly fetch: (input: string | URL, init?: RequestInit) => Promise<Response>
}

/** The tokens that the client holds when it refreshes or signs out. */
export interface HeldTokens extends BackendCall {
  /** Empty where the refresh token is in a cookie. */
  readonly refreshToken: string
  /** Undefined after a reload, unless the vault keeps it. */
  readonly accessToken: string | undefined
}

/** A backend in functions of your own. What they throw means that it is unavailable, and nobody is signed out. */
export interface BackendDefinition {
  /** Names the backend in errors. Clients whose backends have one name share a session. */
  readonly name: string
  /** Origins that receive the access token in addition to `origins` of the client. Default: none. */
  readonly origins?: readonly string[] | undefined
  /**
   * Addresses that `signIn`, `refresh` and `signOut` call, such as `https://api.example.com/refresh`. An address that
   * ends with a slash, such as `https://api.example.com/auth/`, includes all addresses below it. Needed if these functions
   * use `client.fetch` or an attached axios instance: such requests are then sent unchanged.
   * Default: none.
   */
  readonly endpoints?: readonly string[] | undefined
  /** Where the refresh token is: in the vault, or in a cookie that no script can read. Default `body`. */
  readonly transport?: 'body' | 'cookie' | undefined
  /**
   * Signs a person in with what `client.signIn` was given.
   *
   * @throws SignInRefusedError if it is refused.
   */
  signIn(input: Readonly<Record<string, unknown>>, call: BackendCall): Promise<IssuedTokens>
  /**
   * Exchanges the refresh token for the next tokens.
   *
   * @throws SessionEndedError if the session is over.
   */
  refresh(held: HeldTokens): Promise<IssuedTokens>
  /** Default: the session ends in this browser alone. */
  signOut?(held: HeldTokens & { readonly everywhere: boolean }): Promise<unknown>
  /** What an answer says about the access token. Default: 401 and 419 mean that it has expired. */
  judge?(answer: JudgedAnswer): Judgement | Promise<Judgement>
  /** The header that carries an access token. Default: `Authorization: Bearer`. */
  tokenHeader?(accessToken: string): readonly [name: string, value: string]
}
