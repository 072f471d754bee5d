import { GuardError } from '../../src/challenge.js'
import type { Guard } from '../../src/guard.js'
import type { Principal } from '../../src/principal.js'
import type { RouteOptions } from '../../src/route.js'
import { earlier, routes, testAdapter } from './conformance.js'
import { serveHandlers } from './fetch-server.js'

const headers = { 'cache-control': earlier['cache-control'] }

type Answer = (request: Request, principal: Principal | undefined, reason: GuardError | undefined) => Response

/** As docs/guard.md shows it; it needs no adapter. */
function guarded(guard: Guard, route: RouteOptions, answer: Answer) {
  return async (request: Request) => {
    try {
      const { principal, refusal } = await guard.admit(request, route)
      return answer(request, principal, refusal)
    } catch (error) {
      if (!(error instanceof GuardError)) throw error
      const { status, headers, body } = guard.refusal(error)
      const exposing = error.challenge ? { 'access-control-expose-headers': 'WWW-Authenticate' } : {}
      return new Response(body, { status, headers: { ...headers, ...exposing } })
    }
  }
}

testAdapter('plain Request', (guard) => {
  const empty = () => new Response(null, { headers })
  const subject: Answer = (_, principal) => Response.json({ subject: principal!.subject }, { headers })
  return serveHandlers({
    '/orders': guarded(guard, routes['/orders'], subject),
    '/echo': guarded(guard, routes['/echo'], (request) => new Response(request.body, { headers })),
    '/admin': guarded(guard, routes['/admin'], empty),
    '/strict': guarded(guard, routes['/strict'], empty),
    '/recent': guarded(guard, routes['/recent'], empty),
    '/public': guarded(guard, routes['/public'], (_, principal, reason) =>
      Response.json({ subject: principal?.subject ?? null, reason: reason?.code ?? null }, { headers }),
    ),
    '/elsewhere': guarded(guard, routes['/elsewhere'], subject),
    '/broken': guarded(guard, routes['/broken'], () => {
      throw new Error('broken')
    }),
  })
})
