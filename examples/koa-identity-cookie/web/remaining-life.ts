import { client } from './client.js'

/** Of the newest access token: its lifetime, and when it came, on a clock that only goes forwards. Milliseconds. */
let newest: { readonly lifetime: number; readonly cameAt: number } | undefined

/** Seconds that the access token has left; undefined where nobody is signed in. */
export function remainingLife(): number | undefined {
  if (!newest) return undefined
  return Math.max(0, Math.round((newest.lifetime - (performance.now() - newest.cameAt)) / 1000))
}

/** Keeps the time of each token that the client receives. */
export function watchTokens(changed: () => void): void {
  const note = async () => {
    const cameAt = performance.now()
    const token = await client.token().catch(() => undefined)
    newest = token === undefined ? undefined : { lifetime: lifetimeOf(token), cameAt }
    changed()
  }
  client.on('refresh', () => void note())
  client.subscribe(() => {
    if (client.state === 'anonymous') newest = undefined
    changed()
  })
}

/** Reads two claims, as a page may for show. Only a server that verifies may believe them. */
function lifetimeOf(token: string): number {
  const { exp, iat } = JSON.parse(atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/')))
  return (exp - iat) * 1000
}
