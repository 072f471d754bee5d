import type { FlightPhase, FlightReason } from './activity.js'
import { type AuthAnswer, askAuthServer } from './auth-server.js'
import type { ClientConfig } from './config.js'
import type { Events } from './events.js'
import type { Tabs } from './tabs/channel.js'
import { type Tokens, tokensOf } from './tokens.js'
import type { Vault, VaultRecord } from './vault/vault.js'
import { pause } from './wait.js'

/** How a flight ended. */
export type Landing =
  | {
      readonly outcome: 'tokens'
      readonly tokens: Tokens
      readonly version: number
      readonly by: 'this-tab' | 'another-tab'
    }
  /** `version` nothing: there was no session. `asked`: the person signed out. */
  | {
      readonly outcome: 'ended'
      readonly reason: string
      readonly asked: boolean
      readonly version: number | undefined
    }
  | { readonly outcome: 'unavailable'; readonly cause: unknown; readonly retryAfter: number }

export interface Flight {
  readonly number: number
  readonly why: FlightReason
  readonly signal: AbortSignal
  /** The access token that is to be replaced, if there is one. */
  readonly held: Tokens | undefined
  /** The token that is not worth asking the others for: our own, or one that nobody could give us. */
  known: string | undefined
  /** Whose session the vault speaks of. */
  owner: string | undefined
}

export interface FlightTools {
  readonly config: ClientConfig
  readonly events: Events
  readonly vault: Vault
  readonly tabs: Tabs
}

const askPatience = 100
const mostTurns = 8

/**
 * A look around before a lock is asked for: whether anybody is signed in, and whether another tab has a good token.
 */
export async function lookAround({ vault, tabs }: FlightTools, flight: Flight): Promise<Landing | undefined> {
  const record = await readVault(vault)
  if (record && !record.session) return endedBy(record)
  flight.known = record?.session?.jti
  flight.owner = ownerIn(record)
  const theirs = await tabs.ask(record?.version ?? 0, askPatience)
  return theirs && { outcome: 'tokens', by: 'another-tab', ...theirs }
}

/**
 * A new access token, from another tab that has one or from the auth server. Runs under the lock; calls nothing of
 * the app's but the listeners of activities, and waits for none of them.
 *
 * @throws the flight's signal, if it comes.
 */
export async function fly({ config, events, vault, tabs }: FlightTools, flight: Flight): Promise<Landing> {
  const { environment, timeouts, transport } = config
  const { signal, number, why, held } = flight
  const note = (phase: FlightPhase, more: object = {}) =>
    events.activity({ type: 'flight', phase, flight: number, why, ...more })
  const started = environment.monotonic()
  let named = true
  for (let turn = 0; turn < mostTurns; turn++) {
    signal.throwIfAborted()
    const record = await readVault(vault)
    if (record && !record.session) return endedBy(record)
    const session = record?.session
    flight.owner = ownerIn(record)
    if (session && session.jti !== flight.known) {
      flight.known = session.jti
      const theirs = await tabs.ask(record.version, askPatience)
      if (theirs) return { outcome: 'tokens', by: 'another-tab', ...theirs }
    }
    // On a server there is no cookie jar.
    if (!session?.refreshToken && (transport === 'body' || environment.page === undefined)) {
      return { outcome: 'ended', reason: 'refresh_token_missing', asked: false, version: undefined }
    }
    const patience = timeouts.request - (environment.monotonic() - started)
    if (patience <= 0) break
    note('sent')
    const answer = await askAuthServer(config, {
      path: 'refresh',
      body: session?.refreshToken ? { refresh_token: session.refreshToken } : {},
      sid: named ? session?.sid : undefined,
      patience,
      signal,
    })
    note('answered', described(answer))
    if (answer.outcome === 'tokens') {
      const tokens = tokensOf(answer.answer, answer.left)
      const version = nextVersion(record, environment.wall())
      const next = recordOf(tokens, version, answer.answer.refreshToken)
      if (!(await writeIfUnmoved(vault, record, next))) continue
      tabs.tellTokens(tokens, version)
      return { outcome: 'tokens', tokens, version, by: 'this-tab' }
    }
    if (answer.outcome === 'refused' && answer.verdict === 'raced') {
      await pause(100 + environment.random() * 300, environment.after)
      continue
    }
    if (answer.outcome === 'refused' && answer.verdict === 'terminal') {
      const { code } = answer
      // Somebody signed in on a page without this client: the browser's cookies are those of another session now.
      if (code === 'session_changed' && named && transport === 'cookie') {
        named = false
        continue
      }
      if (!record && !held) return { outcome: 'ended', reason: code, asked: false, version: undefined }
      const version = nextVersion(record, environment.wall())
      if (!(await writeIfUnmoved(vault, record, { version, reason: code }))) continue
      tabs.tellEnded(version, code, false)
      return { outcome: 'ended', reason: code, asked: false, version }
    }
    const cause =
      answer.outcome === 'unavailable' ? answer.cause : new Error(`The auth server answered ${answer.status}.`)
    const retryAfter = (answer.outcome === 'unavailable' && answer.retryAfter) || 0
    return { outcome: 'unavailable', cause, retryAfter }
  }
  return { outcome: 'unavailable', cause: new Error('Other refreshes were always faster.'), retryAfter: 0 }
}

function ownerIn(record: VaultRecord | undefined): string | undefined {
  return record?.session?.sub ?? record?.session?.sid
}

function endedBy({ reason = 'signed_out', asked = false, version }: VaultRecord): Landing {
  return { outcome: 'ended', reason, asked, version }
}

export async function readVault(vault: Vault): Promise<VaultRecord | undefined> {
  return (await vault.update('session', () => undefined)).before
}

/** Versions grow even where each tab has a vault of its own, since tabs share the wall clock. */
export function nextVersion(before: VaultRecord | undefined, now: number): number {
  return Math.max(now, (before?.version ?? 0) + 1)
}

export function recordOf(tokens: Tokens, version: number, refreshToken: string | undefined): VaultRecord {
  const { jti, sub, session } = tokens
  return { version, session: { sid: session.id, jti, ...(sub && { sub }), ...(refreshToken && { refreshToken }) } }
}

/** The fence: writes only if nobody has written since `read`. */
async function writeIfUnmoved(vault: Vault, read: VaultRecord | undefined, next: VaultRecord): Promise<boolean> {
  const { written } = await vault.update('session', (now) => (now?.version === read?.version ? next : undefined))
  return written
}

function described(answer: AuthAnswer): { status?: number; code?: string; generation?: number } {
  return {
    ...('status' in answer && { status: answer.status }),
    ...('code' in answer && { code: answer.code }),
    ...(answer.outcome === 'tokens' && { generation: answer.answer.session.generation }),
  }
}
