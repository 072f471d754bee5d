import type { Logger } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import type { Config } from '../config.js'
import type { Directory } from '../directory/directory.js'
import { type Answer, mergeHeaders, openStream, toResponse } from './answer.js'
import { createAddressReader } from './client-address.js'
import { createEarlierFailure } from './earlier-failure.js'
import { createWrapper } from './envelope.js'
import type { OpenSink } from './event-stream.js'
import type { HeaderReader, HttpRequest } from './http-request.js'
import { pathAsSent } from './path-as-sent.js'
import { problemAnswer } from './problem.js'
import type { Call, Route } from './route.js'
import { type CaptchaParts, captcha } from './routes/account/captcha.js'
import { type MeParts, me } from './routes/account/me.js'
import { type PasswordParts, password } from './routes/account/password.js'
import { type RegisterParts, register } from './routes/account/register.js'
import { healthz, type ReadyzParts, readyz } from './routes/discovery/health.js'
import { type JwksParts, jwks, type MetadataParts, metadata } from './routes/discovery/well-known.js'
import { type ContinueParts, continueVisit } from './routes/session/continue.js'
import { type EndOtherSessionsParts, endOtherSessions } from './routes/session/end-other-sessions.js'
import { type EndSessionParts, endSession } from './routes/session/end-session.js'
import { type SessionEventsParts, sessionEvents } from './routes/session/events.js'
import { type ListSessionsParts, listSessions } from './routes/session/list-sessions.js'
import { type LoginParts, login } from './routes/session/login.js'
import { type LogoutParts, logout } from './routes/session/logout.js'
import { type RefreshParts, refresh } from './routes/session/refresh.js'
import { type RevocationsParts, revocations } from './routes/session/revocations.js'
import { corsHeaders, createOriginWarning, preflight } from './same-origin.js'

/** What an adapter knows about a request beyond the request itself. */
export interface RequestInfo {
  /**
   * Network address of the client, for throttling and for the person's list of sessions: as Node or a proxy states it, so
   * `ip:port`, brackets and a list are accepted. Of a list, the last one counts.
   */
  readonly address?: string | undefined
  /** An error of what ran before the adapter, such as a body parser. The request is answered with a problem. */
  readonly error?: unknown
  /**
   * The path and query as the client sent them, such as Node's `request.url`. Default: those of the `Request`, in which `.` and
   * `..` have been resolved.
   */
  readonly target?: string | undefined
  /** How the adapter writes an event stream itself. Then the `Response` is to be dropped. Default: it has a body as any other. */
  readonly openSink?: OpenSink | undefined
}

/** What the endpoints need, together. */
export type HttpParts = MeParts &
  CaptchaParts &
  PasswordParts &
  RegisterParts &
  ReadyzParts &
  JwksParts &
  MetadataParts &
  LoginParts &
  LogoutParts &
  RefreshParts &
  ContinueParts &
  RevocationsParts &
  SessionEventsParts &
  ListSessionsParts &
  EndSessionParts &
  EndOtherSessionsParts & {
    readonly config: Pick<Config, 'captcha' | 'envelope' | 'origins' | 'pageVisits' | 'registration' | 'secrets'>
    readonly directory: Directory
    readonly logger: Logger
  }

/** The auth server as one function from a request to its answer. */
export function createHandler(parts: HttpParts) {
  const routes = routesOf(parts)
  const paths = new Set(routes.map(({ path }) => path))
  const closed = closedPaths(parts)
  const { origins } = parts.config
  const addressOf = createAddressReader(parts.logger)
  const failedBefore = createEarlierFailure(parts.logger)
  const isBelow = (path: string) => path.startsWith(`${parts.config.basePath}/`) && !path.endsWith('/*')
  const warnOfOrigin = createOriginWarning(parts.logger, origins)
  const wrap = createWrapper(parts.config)
  const find = createRouter(routes)

  /** What belongs to every answer. */
  function complete(answer: Answer, headers: HeaderReader, path: string): Answer {
    warnOfOrigin(headers)
    const { status, setCookies, body, headers: own } = wrap(answer, path)
    return { status, setCookies, body, headers: mergeHeaders(corsHeaders(headers.get('Origin'), origins), own) }
  }

  function handle(request: HttpRequest, info: RequestInfo, path: string): Promise<Answer> | Answer {
    const { method, headers } = request
    if (method === 'OPTIONS') return preflight(headers, origins)
    const route = find(method === 'HEAD' ? 'GET' : method, path)
    if (!route) return notFound(path)
    if ('error' in info) throw failedBefore(info.error)
    return route.handle(new IncomingCall(request, info.address, addressOf))
  }

  async function answer(request: HttpRequest, info: RequestInfo): Promise<Answer> {
    const { method, headers } = request
    const path = pathAsSent(info.target ?? request.url)
    let found: Answer
    try {
      found = complete(await handle(request, info, path), headers, path)
    } catch (error) {
      found = complete(problemAnswer(error, parts.report), headers, path)
    }
    return method === 'HEAD' ? { ...found, body: null } : found
  }

  function notFound(path: string): Answer {
    const methods = methodsOf(path, routes)
    if (methods.length === 0) return problemAnswer(new AnswerError('not_found', closed.get(path)), parts.report)
    const answer = problemAnswer(new AnswerError('method_not_allowed'), parts.report)
    // RFC 9110 section 15.5.6 wants it.
    return { ...answer, headers: { ...answer.headers, Allow: [...methods, 'OPTIONS'].join(', ') } }
  }

  return {
    /** For frameworks that route by patterns; `*` stands for everything below. */
    paths: [`${parts.config.basePath}/*`, ...paths].filter((path) => !isBelow(path) && !healthPaths.has(path)),
    /**
     * Whether a path belongs to the auth server; an adapter passes every other one on. Inside another app, the health paths
     * are the app's own.
     */
    owns: (path: string) => path.startsWith(`${parts.config.basePath}/`) || (paths.has(path) && !healthPaths.has(path)),
    async fetch(request: Request, info: RequestInfo = {}): Promise<Response> {
      return toResponse(await answer(request, info), {}, info.openSink)
    },
    /** The same without a `Request` and a `Response`. @returns undefined where an event stream has been opened. */
    async answer(request: HttpRequest, info: RequestInfo): Promise<Answer | undefined> {
      const answered = await answer(request, info)
      return openStream(answered, info.openSink) ? undefined : answered
    },
  }
}

/** A class, because the V8 of Node 20 makes an object with a getter ten times as slowly. */
class IncomingCall implements Call {
  readonly request: HttpRequest
  readonly #given: string | undefined
  readonly #addressOf: (given: string | undefined) => string | null

  constructor(
    request: HttpRequest,
    given: string | undefined,
    addressOf: (given: string | undefined) => string | null,
  ) {
    this.request = request
    this.#given = given
    this.#addressOf = addressOf
  }

  get address(): string | null {
    return this.#addressOf(this.#given)
  }
}

const healthPaths: ReadonlySet<string> = new Set(['/healthz', '/readyz'])

function routesOf(parts: HttpParts): readonly Route[] {
  const open = parts.config.registration === 'open' && parts.directory.register
  const endpoints = [
    login(parts),
    refresh(parts),
    logout(parts),
    me(parts),
    sessionEvents(parts),
    listSessions(parts),
    endSession(parts),
    endOtherSessions(parts),
    ...(parts.config.captcha ? [captcha(parts)] : []),
    ...(parts.config.pageVisits ? [continueVisit(parts, parts.config.pageVisits)] : []),
    ...(open ? [register(parts)] : []),
    ...(parts.directory.changePassword ? [password(parts)] : []),
    ...(parts.config.secrets.guards?.length ? [revocations(parts)] : []),
  ]
  return [...endpoints, healthz(), readyz(parts), ...jwks(parts), metadata(parts, endpoints)]
}

/** Why an endpoint is not there, for somebody who expects it. */
function closedPaths({ config }: Pick<HttpParts, 'config'>): ReadonlyMap<string, string> {
  const { basePath, registration } = config
  return new Map([
    [
      `${basePath}/register`,
      registration === 'closed'
        ? 'registration is closed on this server'
        : 'the directory of this server does not create accounts',
    ],
    [`${basePath}/captcha`, 'this server asks for no captcha: the option captcha is not set'],
    [`${basePath}/continue`, 'this server continues no page visits: set accessCookie and signInUrl'],
    [`${basePath}/password`, 'the directory of this server does not change passwords'],
    [`${basePath}/revocations`, 'this server has no revocation feed: secrets.guards is empty'],
  ])
}

/** Finds the endpoint of a path as it was sent. */
function createRouter(routes: readonly Route[]): (method: string, path: string) => Route | undefined {
  const nameOf = (method: string, path: string) => `${method} ${path}`
  const known = new Map(routes.map((route) => [nameOf(route.method, route.path), route]))
  const open = routes.filter(({ path }) => path.includes('/:'))
  return (method, path) =>
    known.get(nameOf(method, path)) ?? open.find((route) => route.method === method && isAt(path)(route))
}

function methodsOf(path: string, routes: readonly Route[]): readonly string[] {
  return routes.filter(isAt(path)).flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
}

/** The last part of a route's path may be a parameter, such as `:sid`. */
function isAt(path: string): (route: Route) => boolean {
  const [above, last] = split(path)
  return (route) => {
    const [folder, name] = split(route.path)
    return folder === above && last !== '' && (name === last || name.startsWith(':'))
  }
}

function split(path: string): readonly [folder: string, last: string] {
  const slash = path.lastIndexOf('/')
  return [path.slice(0, slash), path.slice(slash + 1)]
}
