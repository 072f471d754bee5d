import type { Backend } from '../../src/backend/backend.js'
import { readSmallJson } from '../../src/backend/small-json.js'

export interface CodesBackend extends Backend {
  connect(): CodesBackend
  refresh: Backend['refresh']
  refreshes: number
  /** The access token that counts as valid. */
  readonly current: string
  /** Milliseconds that a refresh takes. */
  delay: number
  /** What a refresh answers instead of new tokens. */
  ended: boolean
}

/** A backend as many have it: HTTP 200, a code in the body, and a token header of its own. */
export function codesBackend(overrides: Partial<Backend> = {}): CodesBackend {
  let generation = 0
  const backend: CodesBackend = {
    connect: () => backend,
    name: `codes ${Math.random()}`,
    origins: [],
    transport: 'body',
    refreshes: 0,
    delay: 0,
    ended: false,
    get current() {
      return `token-${generation}`
    },
    signIn: async () => answer(),
    async refresh() {
      backend.refreshes++
      await new Promise((resolve) => setTimeout(resolve, backend.delay))
      if (backend.ended) return { verdict: 'terminal', code: 'session_revoked' }
      generation++
      return answer()
    },
    signOut: async () => ({ verdict: 'terminal', code: 'signed_out' }),
    async judge(view) {
      const body = (await view.json(readSmallJson)) as { code?: unknown } | undefined
      return String(body?.code) === '10415' ? { code: 'access_token_expired' } : undefined
    },
    tokenHeader: (token) => ['accessToken', token],
    ...overrides,
  }
  const answer = () => ({
    refreshToken: `refresh-${generation}`,
    tokens: {
      accessToken: `token-${generation}`,
      tokenType: 'Bearer' as const,
      expiresIn: 300,
      refreshExpiresIn: 1000,
      session: { id: 's1', generation, createdAt: 1, expiresAt: 2 },
      user: { username: 'ann' },
      jti: `jti-${generation}`,
      sub: 'ann',
      left: { monotonic: performance.now(), wall: Date.now() },
    },
  })
  return backend
}
