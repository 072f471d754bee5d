import type { ReplacedBy } from '@sessionward/protocol'
import type { FlightActivity, FlightPhase } from './activity.js'
import type { Failure } from './backend/backend.js'
import type { ClientConfig } from './config.js'
import type { SignOutReason } from './errors.js'
import type { Events } from './events.js'
import type { Session, SessionUpdate } from './session.js'
import type { SignOutMark } from './sign-out-mark.js'
import type { Tabs } from './tabs/channel.js'
import type { TimedLock } from './tabs/lock.js'
import type { Publish } from './tabs/publish.js'
import { restoreTokens, type Tokens } from './tokens.js'
import { type Ending, readVault, type Vault, type VaultRecord } from './vault/vault.js'
import { pause } from './wait.js'

export interface Flight {
  /** Comes when the flight is not needed any more: another tab's tokens have been taken, or the session is over. */
  readonly signal: AbortSignal
  /** The access token that is to be replaced. Nothing: the page has just opened. */
  readonly held: Tokens | undefined
  /** Takes what the cookie jar holds, whatever this browser remembers. Always where nothing is held. */
  readonly adopt?: boolean | undefined
  note(phase: FlightPhase, more?: Pick<FlightActivity, 'status' | 'code' | 'generation'>): void
}

/** What the parts of one client share. */
export interface FlightTools {
  readonly config: ClientConfig
  readonly events: Events
  readonly session: Session
  readonly vault: Vault
  readonly tabs: Tabs
  readonly publish: Publish
  readonly lock: TimedLock
  readonly mark: SignOutMark
}

/**
 * A new access token, from another tab that has one or from the auth server.
 *
 * @returns what became of the session, or the answer that failed.
 * @throws if the signal comes, or the time is over.
 */
export async function runFlight(
  { config, session, vault, tabs, publish, lock, mark }: FlightTools,
  { signal, held, adopt = !held, note }: Flight,
): Promise<SessionUpdate | Failure> {
  const { environment, backend } = config
  // On a server there is no cookie jar.
  const hasJar = backend.transport === 'cookie' && environment.page
  let named = !(hasJar && adopt)
  // The token that is not worth asking the others for: our own, or one that nobody could give us. Null: not asked yet.
  let known: string | null | undefined = held ? held.jti : null
  // An ending of this version or an older one says nothing: this tab has lived past it, or asks the cookie jar.
  let seen = named ? session.version : undefined
  let record: VaultRecord | undefined

  /** Reads what the tabs know together. Tokens that another tab has already end the flight. */
  const lookAround = async (signal: AbortSignal): Promise<SessionUpdate | undefined> => {
    record = await readVault(vault).catch((error) => {
      // Where the cookie jar has the refresh token, the vault can be done without.
      if (!hasJar) throw error
      return undefined
    })
    const { version = 0, session: latest } = record ?? {}
    if (seen === undefined) {
      seen = version
      known = latest?.jti
    }
    if (record && !record.session && version > seen) return record
    if (session.state === 'unknown') session.remember(latest)
    if (latest?.jti !== known) {
      const tokens = latest?.tokens && restoreTokens(latest.tokens, environment)
      if (tokens) return { version, tokens }
      await tabs.ask(version)
      signal.throwIfAborted()
    }
    known = latest?.jti
    return undefined
  }
  const allowed = (now: VaultRecord | undefined) => now?.version === record?.version || (!now && !backend.confirms)
  /** Where it cannot be written, the refresh token of before remains good, as if the answer had been lost. */
  const commit = <T extends { readonly tokens: Tokens } | Ending>(what: T, version: number, refreshToken?: string) =>
    publish(what, allowed, refreshToken).catch(() => ({ ...what, version }))

  const takeTurns = async (signal: AbortSignal): Promise<SessionUpdate | Failure> => {
    let replacedBy: ReplacedBy | undefined
    for (let ended: SignOutReason | undefined; ; ) {
      const found = await lookAround(signal)
      if (found) return found
      const { sid, refreshToken } = record?.session ?? {}
      const version = Math.max(session.version, record?.version ?? 0)
      if (!refreshToken && !hasJar) return { version, reason: 'refresh_token_missing' }
      if (!hasJar && record!.version < version)
        return { verdict: 'unasked', cause: new Error('The refresh token is not the latest.') }
      note('sent')
      const answer = await backend.refresh(
        { refreshToken, sid: named ? sid : undefined, latest: record?.session, tokens: held },
        signal,
      )
      const { tokens, status, code } = answer
      note('answered', { status, code, generation: tokens?.session.generation })
      let update: SessionUpdate | undefined
      if (tokens) {
        const { refreshToken } = answer
        const sid = tokens.session.id
        if ((record?.asked && record.sid === sid) || mark.holds(sid)) {
          // A sign-out that could not be delivered when the person asked for it.
          const { verdict } = await backend.signOut({ sid, refreshToken, tokens }, signal)
          if (verdict === 'terminal') mark.clear()
          return { version, reason: 'signed_out', asked: true }
        }
        update = await commit({ tokens }, version, refreshToken)
      } else if (answer.verdict !== 'terminal') {
        if (code === 'refresh_raced') await pause(100 + Math.random() * 300, environment)
        else {
          // While nobody can look into the cookie jar, what another tab has is better than nothing.
          if (!held) await tabs.ask(record?.version ?? 0)
          return answer
        }
      } else {
        replacedBy ??= answer.replacedBy
        if (named && hasJar && sid && !backend.single) {
          // The session that was named is over, but the cookie jar may hold a later one.
          named = false
          ended = answer.code
        } else {
          if (!record?.session) ended ??= record?.reason
          const end = { reason: (code === 'refresh_token_missing' && ended) || answer.code, replacedBy }
          update = record?.session || held ? await commit(end, version) : { version, ...end }
        }
      }
      if (update) return update
    }
  }

  const found = adopt ? await lookAround(signal) : undefined
  if (found) return found
  note('waiting-for-lock')
  return await lock(takeTurns, signal)
}
