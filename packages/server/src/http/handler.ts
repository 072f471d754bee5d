import { type Logger, rawPathOf } from '@sessionward/protocol'
import { AnswerError } from '../answer-error.js'
import type { Config } from '../config.js'
import { type Answer, mergeHeaders, openStream, toResponse } from './answer.js'
import { createAddressReader } from './client-address.js'
import { type EndpointParts, routesOf, unavailablePaths } from './endpoints.js'
import { createWrapper } from './envelope.js'
import type { HeaderReader, HttpRequest } from './http-request.js'
import { LazyRouteContext } from './lazy-route-context.js'
import { createMiddlewareErrorHandler } from './middleware-error.js'
import { problemAnswer } from './problem.js'
import type { RequestInfo } from './request-info.js'
import { createRouter, methodsOf } from './router.js'
import { corsHeaders, createOriginWarning, preflight } from './same-origin.js'

export type HandlerParts = EndpointParts & {
  readonly config: Pick<Config, 'envelope' | 'origins'>
  readonly logger: Logger
}

/** The auth server as one function from a request to its answer. */
export function createHandler(parts: HandlerParts) {
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

const healthPaths: ReadonlySet<string> = new Set(['/healthz', '/readyz'])
