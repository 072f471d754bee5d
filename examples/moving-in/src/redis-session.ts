import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Identify } from '@sessionward/server'

/** A session of express-session in Redis: the cookie `connect.sid` holds `s:<id>.<signature>`. */
export function fromRedisSession(redis: { get(key: string): Promise<string | null> }, secret: string): Identify {
  return async (token) => {
    const [, id = '', signature = ''] = /^s:(.+)\.(.+)$/.exec(token) ?? []
    const expected = createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '')
    if (!sameText(signature, expected)) return null
    const json = await redis.get(`sess:${id}`)
    const { user, signedInAt } = JSON.parse(json ?? '{}')
    return user ? { id, subject: String(user.id), issuedAt: new Date(signedInAt) } : null
  }
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
