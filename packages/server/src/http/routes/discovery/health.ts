import { jsonAnswer } from '../../answer.js'
import type { Report, Route } from '../../route.js'

/** GET /healthz: the process is running. */
export function healthz(): Route {
  return { method: 'GET', path: '/healthz', handle: () => jsonAnswer({ status: 'ok' }) }
}

export interface ReadyzParts {
  /** Rejects while the server is not ready. */
  readonly probe: () => Promise<void>
  readonly report: Report
}

/** GET /readyz: the store is available and requests can be served. */
export function readyz({ probe, report }: ReadyzParts): Route {
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
