import type { ReplacedBy } from '@sessionward/protocol'
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
 * Gets a new access token, from another tab or from the auth server.
 *
 * @param signal Aborted when the flight is no longer needed: this tab took another tab's tokens, or the session is over.
 * @param onSent Called when the auth server is asked.
 * @param adopt Whether to take the session of the cookie jar, even if the vault has another. Default: if the page has just
 * opened.
 * @returns the new state of the session, or the failure.
 * @throws if nothing could be sent: the signal is aborted, the time is over, or the vault does not work or is behind.
 */
export async function runFlight(
  { config, session, vault, tabs, publish, lock, mark }: FlightTools,
  signal: AbortSignal,
  onSent: () => void,
  adopt = !session.tokens,
): Promise<SessionUpdate | Failure> {
  /** The access token to be replaced; undefined if the page has just opened. */
  const held = session.tokens
  const { environment, backend } = config
  // On a server there is no cookie jar.
  const hasJar = backend.transport === 'cookie' && environment.page
  let named = !(hasJar && adopt)
  // `jti` of the token that other tabs need not be asked for: our own, or one that none of them had. Null: not asked yet.
  let known: string | null | undefined = held ? held.jti : null
  // An ending of this version or an older one is ignored: this tab has seen it already, or asks the cookie jar.
  let seen = named ? session.version : undefined
  let record: VaultRecord | undefined

  /** Reads the vault and asks the other tabs. If one of them has newer tokens, the flight ends with them. */
  const readShared = async (signal: AbortSignal): Promise<SessionUpdate | undefined> => {
    record = await readVault(vault).catch((error) => {
      // If the refresh token is in the cookie jar, the vault is not needed.
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
  /** If the vault cannot be written, the previous refresh token remains valid, as if the answer had been lost. */
  const commit = <T extends { readonly tokens: Tokens } | Ending>(what: T, version: number, refreshToken?: string) =>
    publish(what, allowed, refreshToken).catch(() => ({ ...what, version }))

  const refreshLocked = async (signal: AbortSignal): Promise<SessionUpdate | Failure> => {
    let replacedBy: ReplacedBy | undefined
    for (let ended: SignOutReason | undefined; ; ) {
      const found = await readShared(signal)
      if (found) return found
      const { sid, refreshToken } = record?.session ?? {}
      const version = Math.max(session.version, record?.version ?? 0)
      if (!refreshToken && !hasJar) return { version, reason: 'refresh_token_missing' }
      if (!hasJar && record!.version < version) throw new Error('The refresh token is not the latest.')
      onSent()
      const answer = await backend.refresh(
        { refreshToken, sid: named ? sid : undefined, latest: record?.session, tokens: held },
        signal,
      )
      const { tokens, code } = answer
      let update: SessionUpdate | undefined
      if (tokens) {
        const sid = tokens.session.id
        if ((record?.asked && record.sid === sid) || mark.holds(sid)) {
          // The person signed out of this session while the auth server was unavailable.
          const { verdict } = await backend.signOut({ sid, refreshToken: answer.refreshToken, tokens }, signal)
          if (verdict === 'terminal') mark.set()
          return { version, reason: 'signed_out', asked: true }
        }
        update = await commit({ tokens }, version, answer.refreshToken)
      } else if (answer.verdict !== 'terminal') {
        if (code === 'refresh_raced') await pause(100 + Math.random() * 300, environment)
        else {
          // While the auth server cannot read the cookie, the tokens of another tab will do.
          if (!held) await tabs.ask(record?.version ?? 0)
          return answer
        }
      } else {
        replacedBy ??= answer.replacedBy
        if (named && hasJar && sid && !backend.single) {
          // The named session is over, but the cookie jar may hold a later one.
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

  const found = adopt ? await readShared(signal) : undefined
  if (found) return found
  return await lock(refreshLocked, signal)
}
