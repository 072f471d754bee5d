import { getRequestListener } from '@hono/node-server'
import { earlier, type routes, type Serve } from './conformance.js'
import { listenOn } from './listen.js'

export type Handlers = Readonly<Record<keyof typeof routes, (request: Request) => Promise<Response>>>

/**
 * Functions from Request to Response on loopback, as a framework with headers of its own serves them: those that a handler sets
 * win. What a handler throws is answered with 500.
 */
export function serveHandlers(handlers: Handlers): ReturnType<Serve> {
  return listenOn(
    getRequestListener(async (request) => {
      const { pathname } = new URL(request.url)
      if (request.method === 'OPTIONS' && pathname.startsWith('/cors')) return new Response(null, { status: 204 })
      try {
        return withEarlier(await handlers[pathname as keyof Handlers](request))
      } catch {
        return new Response(null, { status: 500 })
      }
    }),
  )
}

function withEarlier(response: Response): Response {
  const headers = new Headers({ ...earlier, ...Object.fromEntries(response.headers) })
  const exposed = response.headers.get('access-control-expose-headers')
  headers.set(
    'access-control-expose-headers',
    [earlier['access-control-expose-headers'], exposed ?? []].flat().join(', '),
  )
  return new Response(response.body, { status: response.status, headers })
}
