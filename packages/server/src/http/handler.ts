import type { Logger } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import type { Config } from '../config.js'
import type { Directory } from '../directory/directory.js'
import { type Answer, mergeHeaders, openStream, toResponse } from './answer.js'
import { createAddressReader } from './client-address.js'
import { createWrapper } from './envelope.js'
import type { OpenSink } from './event-stream.js'
import type { HeaderReader, HttpRequest } from './http-request.js'
import { createMiddlewareErrorHandler } from './middleware-error.js'
import { problemAnswer } from './problem.js'
import { rawPathOf } from './raw-path.js'
import type { Route, RouteContext } from './route.js'
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
  /** An error of earlier middleware, such as a body parser. The request is answered with a problem. */
  readonly error?: unknown
  /**
   * The path and query as the client sent them, such as Node's `request.url`. Default: those of the `Request`, in which `.` and
   * `..` have been resolved.
   */
  readonly target?: string | undefined
  /** Lets the adapter write an event stream itself and drop the `Response`. Default: the stream is the body of the `Response`. */
  readonly openSink?: OpenSink | undefined
}

/** The dependencies of all endpoints. */
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
  const unavailable = unavailablePaths(parts)
  const { origins } = parts.config
  const addressOf = createAddressReader(parts.logger)
  const handleMiddlewareError = createMiddlewareErrorHandler(parts.logger)
  const isBelow = (path: string) => path.startsWith(`${parts.config.basePath}/`) && !path.endsWith('/*')
  const warnOfOrigin = createOriginWarning(parts.logger, origins)
  const wrap = createWrapper(parts.config)
  const findRoute = createRouter(routes)

  /** Adds what every answer has: the envelope and the CORS headers. */
  function complete(answer: Answer, headers: HeaderReader, path: string): Answer {
    warnOfOrigin(headers)
    const { status, setCookies, body, headers: own } = wrap(answer, path)
    return { status, setCookies, body, headers: mergeHeaders(corsHeaders(headers.get('Origin'), origins), own) }
  }

  function handle(request: HttpRequest, info: RequestInfo, path: string): Promise<Answer> | Answer {
    const { method, headers } = request
    if (method === 'OPTIONS') return preflight(headers, origins)
    const route = findRoute(method === 'HEAD' ? 'GET' : method, path)
    if (!route) return notFound(path)
    if ('error' in info) throw handleMiddlewareError(info.error)
    return route.handle(new LazyRouteContext(request, info.address, addressOf))
  }

  async function answer(request: HttpRequest, info: RequestInfo): Promise<Answer> {
    const { method, headers } = request
    const path = rawPathOf(info.target ?? request.url)
    let completed: Answer
    try {
      completed = complete(await handle(request, info, path), headers, path)
    } catch (error) {
      completed = complete(problemAnswer(error, parts.report), headers, path)
    }
    return method === 'HEAD' ? { ...completed, body: null } : completed
  }

  function notFound(path: string): Answer {
    const methods = methodsOf(path, routes)
    if (methods.length === 0) return problemAnswer(new AnswerError('not_found', unavailable.get(path)), parts.report)
    const answer = problemAnswer(new AnswerError('method_not_allowed'), parts.report)
    // Required by RFC 9110 section 15.5.6.
    return { ...answer, headers: { ...answer.headers, Allow: [...methods, 'OPTIONS'].join(', ') } }
  }

  return {
    /** For frameworks that route by patterns; `*` stands for everything below. */
    paths: [`${parts.config.basePath}/*`, ...paths].filter((path) => !isBelow(path) && !healthPaths.has(path)),
    /**
     * Whether a path belongs to the auth server. An adapter passes all others on, health paths included, which belong to the
     * application.
     */
    owns: (path: string) => path.startsWith(`${parts.config.basePath}/`) || (paths.has(path) && !healthPaths.has(path)),
    async fetch(request: Request, info: RequestInfo = {}): Promise<Response> {
      return toResponse(await answer(request, info), {}, info.openSink)
    },
    /** Same as `fetch`, without a `Request` and a `Response`. @returns undefined if it has opened an event stream. */
    async answer(request: HttpRequest, info: RequestInfo): Promise<Answer | undefined> {
      const answered = await answer(request, info)
      return openStream(answered, info.openSink) ? undefined : answered
    },
  }
}

/** A class, because the V8 of Node 20 takes ten times as long to create an object literal with a getter. */
class LazyRouteContext implements RouteContext {
  readonly request: HttpRequest
  readonly #address: string | undefined
  readonly #addressOf: (address: string | undefined) => string | null

  constructor(
    request: HttpRequest,
    address: string | undefined,
    addressOf: (address: string | undefined) => string | null,
  ) {
    this.request = request
    this.#address = address
    this.#addressOf = addressOf
  }

  get address(): string | null {
    return this.#addressOf(this.#address)
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

/** Details for requests to endpoints that the configuration disables. */
function unavailablePaths({ config }: Pick<HttpParts, 'config'>): ReadonlyMap<string, string> {
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

/** Finds the route of a raw path. */
function createRouter(routes: readonly Route[]): (method: string, path: string) => Route | undefined {
  const keyOf = (method: string, path: string) => `${method} ${path}`
  const routesByKey = new Map(routes.map((route) => [keyOf(route.method, route.path), route]))
  const routesWithParameter = routes.filter(({ path }) => path.includes('/:'))
  return (method, path) =>
    routesByKey.get(keyOf(method, path)) ??
    routesWithParameter.find((route) => route.method === method && matchesPath(path)(route))
}

function methodsOf(path: string, routes: readonly Route[]): readonly string[] {
  return routes.filter(matchesPath(path)).flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
}

/** The last part of a route's path may be a parameter, such as `:sid`. */
function matchesPath(path: string): (route: Route) => boolean {
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
