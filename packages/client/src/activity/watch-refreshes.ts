import type { Backend } from '../backend/backend.js'
import type { RefreshActivity } from './activity.js'

/** Reports each refresh of a client. The backend object belongs to that client alone. */
export function watchRefreshes(backend: Backend, report: (step: RefreshActivity) => void): void {
  const { refresh } = backend
  const reported: Backend['refresh'] = async (...request) => {
    report({ type: 'refresh', phase: 'sent' })
    const answer = await refresh(...request)
    const { status, code, tokens } = answer
    report({ type: 'refresh', phase: 'answered', status, code, generation: tokens?.session.generation })
    return answer
  }
  Object.assign(backend, { refresh: reported })
}
