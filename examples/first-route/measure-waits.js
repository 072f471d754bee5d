import { watchActivity } from '@sessionward/client/activity'

/** Reports how long requests have waited, and for what: 'refresh', 'sign-in' or 'offline'. */
export function measureWaits(client, report) {
  const waits = new Map()
  return watchActivity(client, (activity) => {
    if (activity.type !== 'request') return
    const { id, at, phase } = activity
    if (activity.phase === 'waiting') waits.set(id, { reason: activity.reason, since: at })
    const wait = waits.get(id)
    if (!wait || (phase !== 'sent' && phase !== 'settled')) return
    waits.delete(id)
    report({ waitedFor: wait.reason, milliseconds: Math.round(at - wait.since) })
  })
}
