import { jsonAnswer } from '../../answer.js'
import type { HttpParts, Route } from '../../route.js'

/** GET /healthz: the process answers. */
export function healthz(): Route {
  return { method: 'GET', path: '/healthz', handle: () => jsonAnswer({ status: 'ok' }) }
}

/** GET /readyz: the store answers too, so requests may come. */
export function readyz({ probe, report }: HttpParts): Route {
  return {
    method: 'GET',
    path: '/readyz',
    async handle() {
      try {
        await probe()
        return jsonAnswer({ status: 'ready' })
      } catch (error) {
        report(error)
        return jsonAnswer({ status: 'not ready' }, 503)
      }
    },
  }
}
