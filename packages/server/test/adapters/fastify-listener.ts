import { createServer, type RequestListener } from 'node:http'
import { type FastifyInstance, type FastifyServerOptions, fastify } from 'fastify'
import { onTestFinished } from 'vitest'

/** A Fastify app as a listener, for a server of the test's own. */
export async function listenerOf(
  options: FastifyServerOptions,
  build: (app: FastifyInstance) => unknown,
): Promise<RequestListener> {
  let listener: RequestListener | undefined
  const app = fastify({
    ...options,
    serverFactory(handler) {
      listener = handler
      return createServer(handler)
    },
  })
  await build(app)
  await app.ready()
  onTestFinished(() => app.close())
  return listener!
}
