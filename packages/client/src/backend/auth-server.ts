import { sessionHeader, tokenAnswerFromWire } from '@sessionward/protocol'
import type { Environment } from '../environment.js'
import { momentOf } from '../expiry.js'
import { tokensOf } from '../tokens.js'
import type { AnswerView, AuthServerOptions, Backend, BackendAnswer, TokenRefusal } from './backend.js'

/** A Sessionward auth server. */
export function authServer(
  origin: string,
  { basePath = '/auth', clientId = 'default', transport = 'cookie' }: AuthServerOptions,
  environment: Environment,
): Backend {
  const address = origin + basePath
  const withCookies = transport === 'cookie'

  async function send(path: string, body: object, signal: AbortSignal, sid?: string): Promise<BackendAnswer> {
    const left = momentOf(environment)
    try {
      const response = await environment.fetch(
        new Request(`${address}/${path}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', ...(sid && { [sessionHeader]: sid }) },
          body: JSON.stringify(body),
          credentials: withCookies ? 'include' : 'omit',
          // A redirect that is followed would carry the password or the refresh token to wherever it points.
          redirect: 'error',
          signal,
        }),
      )
      const loading = loadRefusals()
      const { status, ok } = response
      // After a sign-out; or, for a refresh, nobody is signed in, which is no error.
      if (status === 204) return { status, verdict: 'terminal', code: 'refresh_token_missing' }
      const json = await response.json().catch(() => {})
      // An envelope has the tokens in a member of any name.
      const answer = ok && [json, ...Object.values(json ?? {})].map(tokenAnswerFromWire).find(Boolean)
      if (answer) {
        const tokens = tokensOf(answer, left)
        // In cookie transport no script may see a refresh token. In body transport a session needs one; for a sliding session
        // that is its single token.
        const refreshToken = withCookies ? undefined : (answer.refreshToken ?? (tokens.rot && answer.accessToken))
        if (withCookies || refreshToken) return { status, tokens, refreshToken }
      }
      const { refusedCall } = await loading
      return refusedCall(response, json, environment.wall())
    } catch (cause) {
      return { verdict: 'retry', cause }
    }
  }

  return {
    name: `sessionward ${address} ${clientId}`,
    origins: [origin],
    transport,
    confirms: true,
    address,
    signIn: (input, signal) => send('login', { ...input, transport }, signal),
    refresh: ({ refreshToken, sid }, signal) => send('refresh', { refresh_token: refreshToken }, signal, sid),
    signOut: ({ refreshToken, sid, everywhere }, signal) =>
      send('logout', { refresh_token: refreshToken, everywhere }, signal, sid),
    judge,
    tokenHeader: (accessToken) => ['Authorization', `Bearer ${accessToken}`],
  }
}

/**
 * What reads a refusal is loaded with the first answer, whatever that says, so that it is there when one is refused. Where
 * it cannot be loaded, a refused call counts as an unavailable auth server, and a refused request as an expired
 * token.
 */
function loadRefusals(): Promise<typeof import('./auth-server-refusals.js')> {
  const loading = import('./auth-server-refusals.js')
  loading.catch(() => {})
  return loading
}

async function judge(answer: AnswerView): Promise<TokenRefusal | undefined> {
  const loading = loadRefusals()
  const challenge = answer.header('WWW-Authenticate')
  const unauthorized = [401, 419].includes(answer.status)
  if (!unauthorized && !challenge) return undefined
  const loaded = await loading.catch(() => undefined)
  if (loaded) return await loaded.tokenRefusal(answer)
  return unauthorized || /invalid_token/.test(challenge!) ? { code: 'access_token_expired' } : undefined
}
