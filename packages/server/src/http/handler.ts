import { Hono } from 'hono'
import { AnswerError } from '../answer-error.js'
import { problemResponse } from './problem.js'
import type { HttpParts, Route } from './route.js'
import { healthz, readyz } from './routes/health.js'
import { login } from './routes/login.js'
import { logout } from './routes/logout.js'
import { me } from './routes/me.js'
import { password } from './routes/password.js'
import { refresh } from './routes/refresh.js'
import { register } from './routes/register.js'
import { revocations } from './routes/revocations.js'
import { jwks, metadata } from './routes/well-known.js'
import { allowOrigin, preflight } from './same-origin.js'

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
  for (const route of routes) {
    app.on(route.method, route.path, (context) =>
      route.handle({ request: context.req.raw, address: context.env.address }),
    )
  }
  app.notFound((context) => {
    const { path } = context.req
    if (!paths.has(path)) return problemResponse(new AnswerError('not_found'), parts.report)
    const response = problemResponse(new AnswerError('method_not_allowed'), parts.report)
    // RFC 9110 section 15.5.6 wants it.
    response.headers.set('Allow', methodsOf(path, routes))
    return response
  })
  app.onError((error) => problemResponse(error, parts.report))

  async function answer(request: Request, address: string | null): Promise<Response> {
    try {
      return await app.fetch(request, { address })
    } catch (error) {
      // Hono hands only an Error to `onError`; a directory may throw anything.
      return problemResponse(error, parts.report)
    }
  }

  return {
    /** Whether a path belongs to the auth server; an adapter hands every other one on. */
    owns: (path: string) => paths.has(path) || path.startsWith(`${parts.config.basePath}/`),
    async fetch(request: Request, info: RequestInfo = {}): Promise<Response> {
      const origin = request.headers.get('Origin')
      if (request.method === 'OPTIONS') return preflight(origin, origins)
      const response = await answer(request, info.address ?? null)
      allowOrigin(response.headers, origin, origins)
      return response
    },
  }
}

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
