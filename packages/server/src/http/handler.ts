import { Hono } from 'hono'
import { AnswerError } from '../answer-error.js'
import { type Answer, toResponse } from './answer.js'
import { problemAnswer } from './problem.js'
import type { HttpParts, Route } from './route.js'
import { me } from './routes/account/me.js'
import { password } from './routes/account/password.js'
import { register } from './routes/account/register.js'
import { healthz, readyz } from './routes/discovery/health.js'
import { jwks, metadata } from './routes/discovery/well-known.js'
import { login } from './routes/session/login.js'
import { logout } from './routes/session/logout.js'
import { refresh } from './routes/session/refresh.js'
import { revocations } from './routes/session/revocations.js'
import { corsHeaders, preflight } from './same-origin.js'

/** What an adapter knows of a request that the request itself does not say. */
export interface RequestInfo {
  /** Network address of the client, for throttling and for the person's list of sessions. */
  readonly address?: string | undefined
}

/** The auth server as one function from Request to Response. */
export function createHandler(parts: HttpParts) {
  const routes = routesOf(parts)
  const paths = new Set(routes.map(({ path }) => path))
  const { origins } = parts.config
  const app = new Hono<{ Bindings: { address: string | null } }>()
  const spell = (answer: Answer, request: Request) =>
    toResponse(answer, corsHeaders(request.headers.get('Origin'), origins))

  for (const route of routes) {
    app.on(route.method, route.path, async ({ req: { raw: request }, env: { address } }) => {
      try {
        return spell(await route.handle({ request, address }), request)
      } catch (error) {
        return spell(problemAnswer(error, parts.report), request)
      }
    })
  }
  app.options('*', ({ req: { raw: request } }) => spell(preflight(request.headers.get('Origin'), origins), request))
  app.notFound(({ req }) => spell(notFound(req.path), req.raw))

  function notFound(path: string): Answer {
    if (!paths.has(path)) return problemAnswer(new AnswerError('not_found'), parts.report)
    const answer = problemAnswer(new AnswerError('method_not_allowed'), parts.report)
    // RFC 9110 section 15.5.6 wants it.
    return { ...answer, headers: { ...answer.headers, Allow: methodsOf(path, routes) } }
  }

  return {
    /**
     * Whether a path belongs to the auth server; an adapter hands every other one on. Its health is at its own paths too, but
     * inside another app those are the app's.
     */
    owns: (path: string) => path.startsWith(`${parts.config.basePath}/`) || (paths.has(path) && !healthPaths.has(path)),
    async fetch(request: Request, info: RequestInfo = {}): Promise<Response> {
      return app.fetch(request, { address: info.address ?? null })
    },
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
    ...(open ? [register(parts)] : []),
    ...(parts.directory.changePassword ? [password(parts)] : []),
    ...(parts.config.secrets.guards?.length ? [revocations(parts)] : []),
  ]
  return [...endpoints, healthz(), readyz(parts), ...jwks(parts), metadata(parts, endpoints)]
}

function methodsOf(path: string, routes: readonly Route[]): string {
  const methods = routes
    .filter((route) => route.path === path)
    .flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  return [...methods, 'OPTIONS'].join(', ')
}
