import type { EndedReason } from './backend-errors.js'
import { type HeaderCarrier, isCarrier, type TokenCarrier } from './carriers.js'
import type { FieldPath } from './field-path.js'
import type { JudgedAnswer, Judgement } from './judged-answer.js'
import { endedReasons, isEndedReason, isFunction, optionChecks } from './option-checks.js'

/** A path of the backend, with its method where that is not POST: `/refresh`, `GET /refresh`. */
export type Endpoint = `/${string}` | `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`

/** A code of the backend. `10415` and `'10415'` are one code. */
export type BackendCode = number | string

/** What the codes in the bodies of a backend mean. */
export interface CodeTable {
  /** The path of the code in the body, or a function of the answer. Default `code`. */
  readonly field?: string | ((answer: JudgedAnswer) => unknown) | undefined
  /** What an answer of the backend must say to count. Default: its status decides. */
  readonly ok?: BackendCode | readonly BackendCode[] | undefined
  /** The access token has expired. In the answer to a refresh: the refresh token has. Default: none. */
  readonly expired?: BackendCode | readonly BackendCode[] | undefined
  /** The session is over, and why. Default: none. */
  readonly ended?: Readonly<Record<BackendCode, EndedReason>> | undefined
}

/** Options of `jsonBackend`. An unknown name is refused. */
export interface JsonBackendOptions {
  /** Names the backend in errors, and the session that clients share. Default: `url`. */
  readonly name?: string | undefined
  /** The URL that the paths are appended to, such as `https://api.example.com/v1`. Default: the page's own origin. */
  readonly url?: string | undefined
  /** Signs in: it receives the input of `client.signIn` as JSON. */
  readonly signIn: Endpoint
  /** Exchanges the refresh token for the next tokens. */
  readonly refresh: Endpoint
  /** Default: the session ends in this browser alone. */
  readonly signOut?: Endpoint | undefined
  /** Where to find the values in the answers to a sign-in and a refresh. */
  readonly tokens: {
    readonly accessToken: FieldPath<string>
    /** Default: none in the body. */
    readonly refreshToken?: FieldPath<string | undefined> | undefined
    /** In seconds. For milliseconds: `(body) => body.data.ttl / 1000`. Default: `exp` - `iat` of a JWT, else unknown. */
    readonly expiresIn?: FieldPath<number | undefined> | undefined
    /** What `client.user` shows. Default: none. */
    readonly user?: FieldPath | undefined
    /** Identifies the person; with `cookie()` in both answers or in neither. Default: `sub` or `id` of a JWT. */
    readonly subject?: FieldPath<string | number | undefined> | undefined
    /** The message of a refusal, for the person. Default `message`. */
    readonly message?: FieldPath<string | undefined> | undefined
  }
  /** Codes in the body, in HTTP 200 too. Default: the status alone decides. */
  readonly code?: CodeTable | undefined
  /** HTTP statuses that refuse the tokens. Default: 401 and 419. */
  readonly status?:
    | {
        /** The access token has expired. Default 401 and 419. */
        readonly expired?: readonly number[] | undefined
        /** In the answer to a refresh: the session is over. Default 401 and 419. */
        readonly ended?: readonly number[] | undefined
      }
    | undefined
  /**
   * Called first for each answer. If it returns undefined, codes and status decide; they are ignored if the answer came from
   * another origin by a redirect. Default: codes and status decide.
   */
  readonly judge?: ((answer: JudgedAnswer) => Judgement | Promise<Judgement>) | undefined
  /** How requests carry the access token. Default `bearer()`. */
  readonly accessToken?: HeaderCarrier | undefined
  /** How a refresh and a sign-out carry the refresh token. Default `field('refreshToken')`. */
  readonly refreshToken?: TokenCarrier | undefined
}

const names = 'name url signIn refresh signOut tokens code status judge accessToken refreshToken'.split(' ')
const tokenNames = 'accessToken refreshToken expiresIn user subject message'.split(' ')
const { names: checkNames, check } = optionChecks('jsonBackend')
const endpoint = /^((GET|POST|PUT|PATCH|DELETE) )?\/\S*$/

/** @throws TypeError that names the option and what was expected. */
export function checkJsonOptions(options: JsonBackendOptions): void {
  const { url = '', tokens, code, status, judge, accessToken, refreshToken } = options
  checkNames(options, names)
  check(
    url === '' || /^(https?:\/\/|\/)[^?#]*$/.test(url),
    'url',
    'a URL such as https://api.example.com/v1, or a path such as /api',
  )
  for (const option of ['signIn', 'refresh', 'signOut'] as const) {
    const value = options[option]
    const optional = option === 'signOut' && value === undefined
    check(optional || endpoint.test(value ?? ''), option, 'a path such as `/refresh` or `GET /refresh`')
  }
  checkTokens(tokens, refreshToken)
  if (code) checkCodes(code)
  if (status) checkNames(status, ['expired', 'ended'], 'status')
  check(judge === undefined || isFunction(judge), 'judge', 'a function of an answer')
  check(accessToken === undefined || isCarrier(accessToken), 'accessToken', "`bearer()` or `header('accessToken')`")
  check(accessToken === undefined || accessToken.in === 'header', 'accessToken', 'in a header')
  const ways = "`header('refreshToken')`, `bearer()`, `field('refreshToken')` or `cookie()`"
  check(refreshToken === undefined || isCarrier(refreshToken), 'refreshToken', ways)
  const inBody = (refreshToken?.in ?? 'field') === 'field'
  // A URL would end up in the logs of every server on the way.
  check(!inBody || !options.refresh.startsWith('GET '), 'refreshToken', 'in a header where the refresh is a GET')
}

function checkTokens(tokens: JsonBackendOptions['tokens'], carrier: TokenCarrier | undefined): void {
  checkNames(tokens ?? {}, tokenNames, 'tokens')
  check(tokens?.accessToken, 'tokens.accessToken', 'a path such as `data.accessToken`, or a function of the body')
  for (const [name, path] of Object.entries(tokens)) {
    const known = path === undefined || typeof path === 'string' || isFunction(path)
    check(known, `tokens.${name}`, `a path such as \`data.${name}\`, or a function of the body`)
  }
  const needed = carrier?.in !== 'cookie'
  check(!needed || tokens.refreshToken, 'tokens.refreshToken', 'a path, unless the refresh token is in a `cookie()`')
}

function checkCodes(code: CodeTable): void {
  checkNames(code, ['field', 'ok', 'expired', 'ended'], 'code')
  for (const [number, reason] of Object.entries(code.ended ?? {})) {
    check(isEndedReason(reason), `code.ended.${number}`, `one of ${endedReasons.join(', ')}`)
    const isExpired = [code.expired].flat().some((one) => String(one) === number)
    check(
      !isExpired,
      `code.ended.${number}`,
      'another code than `code.expired`: one asks for a refresh, the other for a sign-in',
    )
  }
}
