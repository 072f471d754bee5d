import type { IncomingMessage, ServerResponse } from 'node:http'
import { expectTypeOf } from 'vitest'
import { pageRoutes, protectPage } from '../../src/adapters/node.js'
import type { Principal } from '../../src/principal.js'
import { serve } from '../http.js'
import { pageRouteOptions as routes, testPages } from './page-conformance.js'

testPages('node:http', async (pages, mounted) => {
  const answerOwn = mounted ? pageRoutes(pages) : async () => false
  const listeners: Record<string, (request: IncomingMessage, response: ServerResponse) => Promise<void>> = {
    '/orders': protectPage(pages, routes['/orders'], async (request, response, { subject }) => {
      let body = ''
      for await (const chunk of request) body += chunk
      response.end(
        JSON.stringify(request.method === 'POST' ? Object.fromEntries(new URLSearchParams(body)) : { subject }),
      )
    }),
    '/admin': protectPage(pages, routes['/admin'], (_, response) => response.end()),
    '/public': protectPage(pages, routes['/public'], (_, response, principal, authError) => {
      expectTypeOf(principal).toEqualTypeOf<Principal | undefined>()
      response.end(JSON.stringify({ subject: principal?.subject ?? null, reason: authError?.code ?? null }))
    }),
  }
  const { url, server } = await serve(async (request, response) => {
    response.setHeader('set-cookie', 'earlier=1')
    if (await answerOwn(request, response)) return
    await listeners[request.url!.split('?')[0]!]?.(request, response)
  })
  return { url, close: () => void server.closeAllConnections() }
})
