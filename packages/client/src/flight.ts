import type { FlightPhase, FlightReason } from './activity.js'
import { askAuthServer } from './auth-server.js'
import type { ClientConfig } from './config.js'
import type { Events } from './events.js'
import type { Tabs, VersionedTokens } from './tabs/channel.js'
import type { Lock } from './tabs/lock.js'
import type { Tokens } from './tokens.js'
import type { Vault, VaultRecord } from './vault/vault.js'
import { pause } from './wait.js'

/** How a flight ended: with tokens, with the end of the session, or with nothing but a cause. */
export type Landing =
  | (VersionedTokens & { readonly by: 'this-tab' | 'another-tab' })
  /** `asked`: the person signed out. `version` nothing: there was no session. */
  | { readonly reason: string; readonly asked: boolean; readonly version: number | undefined }
  | { readonly cause: unknown; readonly retryAfter: number }

export interface Flight {
  readonly number: number
  readonly why: FlightReason
  readonly signal: AbortSignal
  /** The access token that is to be replaced, if there is one. */
  readonly held: Tokens | undefined
  /** Whether it still waits, and would be glad of another tab's tokens. */
  waiting: boolean
  /** Whose session the vault speaks of. */
  owner?: string | undefined
}

export interface FlightTools {
  readonly config: ClientConfig
  readonly events: Events
  readonly vault: Vault
  readonly tabs: Tabs
  readonly lock: Lock
  /** The tokens of this tab, if they are good: also those that came in while a flight was under way. */
  latest(): VersionedTokens | undefined
}

const mostTurns = 8

/**
 * A new access token, from another tab that has one or from the auth server. No function of the app's is waited for
 * while the lock is held.
 *
 * @throws the flight's signal, if it comes.
 */
export async function fly(
  { config, events, vault, tabs, lock, latest }: FlightTools,
  flight: Flight,
): Promise<Landing> {
  const { environment, timeouts, transport } = config
  const { signal, number, why, held } = flight
  const note = (phase: FlightPhase, more?: object) =>
    events.activity({ type: 'flight', phase, flight: number, why, ...more })
  // The token that is not worth asking the others for: our own, or one that nobody could give us.
  let known = held?.jti
  let record: VaultRecord | undefined
  let started = 0

  // What the tabs know together: the end, or tokens that another tab has already.
  const lookAround = async (ask: boolean): Promise<Landing | undefined> => {
    record = await readVault(vault)
    const { session, version = 0, reason = 'signed_out', asked = false } = record ?? {}
    if (record && !session) return { reason, asked, version }
    flight.owner = session?.sub ?? session?.sid
    if (!ask && session?.jti === known) return undefined
    known = session?.jti
    const arrived = () => {
      const good = latest()
      return good && good.tokens !== held && good.version >= version ? good : undefined
    }
    const theirs = arrived() ?? (await tabs.ask(version)) ?? arrived()
    return theirs && { ...theirs, by: 'another-tab' }
  }
  // The fence: writes only if nobody has written since we read.
  const commit = async (next: VaultRecord) =>
    (await vault('session', (now) => (now?.version === record?.version ? next : undefined))).written

  const takeTurns = async (): Promise<Landing> => {
    flight.waiting = false
    started = environment.monotonic()
    let named = true
    let cause: unknown
    for (let turn = 0; turn < mostTurns; turn++) {
      signal.throwIfAborted()
      const found = await lookAround(false)
      if (found) return found
      const { sid, refreshToken } = record?.session ?? {}
      // On a server there is no cookie jar.
      if (!refreshToken && (transport === 'body' || !environment.page)) {
        return { reason: 'refresh_token_missing', asked: false, version: undefined }
      }
      const patience = started + timeouts.request - environment.monotonic()
      if (patience <= 0) break
      note('sent')
      const body = refreshToken ? { refresh_token: refreshToken } : {}
      const answer = await askAuthServer(config, 'refresh', body, named ? sid : undefined, patience, signal)
      const { tokens, code, status, verdict, retryAfter = 0 } = answer
      const version = nextVersion(record, environment.wall())
      note('answered', { ...(status && { status }), ...(code && { code }), ...(tokens && generationOf(tokens)) })
      cause = answer.cause ?? new Error(`The auth server answered ${status} ${code ?? ''}`)
      if (tokens) {
        if (!(await commit(recordOf(tokens, version, answer.refreshToken)))) continue
        tabs.tellTokens({ tokens, version })
        return { tokens, version, by: 'this-tab' }
      }
      if (code === 'refresh_raced') {
        await pause(100 + environment.random() * 300, environment)
      } else if (verdict !== 'terminal') {
        return { cause, retryAfter }
      } else if (code === 'session_changed' && named) {
        // Somebody signed in on a page without this client: the browser's cookies are those of another session now.
        named = false
      } else {
        const reason = code!
        if (!record && !held) return { reason, asked: false, version: undefined }
        if (!(await commit({ version, reason }))) continue
        tabs.tellEnded(reason, false, version)
        return { reason, asked: false, version }
      }
    }
    return { cause, retryAfter: 0 }
  }

  const found = held ? undefined : await lookAround(true)
  if (found) return found
  note('waiting-for-lock')
  return await lock(takeTurns, signal)
}

export function generationOf({ session: { generation } }: Tokens): { readonly generation: number } {
  return { generation }
}

export async function readVault(vault: Vault): Promise<VaultRecord | undefined> {
  return (await vault('session', () => undefined)).before
}

/** Versions grow even where each tab has a vault of its own, since tabs share the wall clock. */
export function nextVersion(before: VaultRecord | undefined, now: number): number {
  return Math.max(now, (before?.version ?? 0) + 1)
}

export function recordOf(
  { jti, sub, session }: Tokens,
  version: number,
  refreshToken: string | undefined,
): VaultRecord {
  return { version, session: { sid: session.id, jti, sub, refreshToken } }
}
