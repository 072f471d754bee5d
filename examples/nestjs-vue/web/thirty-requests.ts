import { watchActivity } from '@sessionward/client/activity'
import { api, client } from './api.js'

export interface ThirtyRequests {
  /** How many were refused at first: with 401, or with 419. */
  readonly met: number
  readonly refreshes: number
  readonly answers: number
}

/** Has all access tokens expire, and sends thirty requests at once. Ten go to the part that answers 419. */
export async function thirtyRequests(): Promise<ThirtyRequests> {
  await fetch('/demo/expire', { method: 'POST' })
  let refreshes = 0
  let met = 0
  const stops = [
    client.on('refresh', ({ by }) => {
      if (by === 'this-tab') refreshes++
    }),
    watchActivity(client, (activity) => {
      if (activity.type !== 'request' || activity.phase !== 'answered') return
      if (activity.status === 401 || activity.status === 419) met++
    }),
  ]
  const paths = Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? '/old-stock' : '/orders'))
  const answered = await Promise.allSettled(paths.map((path, i) => api.get(`${path}?request=${i}`)))
  for (const stop of stops) stop()
  return { met, refreshes, answers: answered.filter(({ status }) => status === 'fulfilled').length }
}
