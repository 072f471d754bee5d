import type { FlightActivity, FlightPhase } from './activity.js'
import { type AuthAnswer, askAuthServer } from './auth-server.js'
import type { ClientConfig } from './config.js'
import type { Events } from './events.js'
import type { News, Session } from './session.js'
import type { Tabs } from './tabs/channel.js'
import type { TimedLock } from './tabs/lock.js'
import type { Publish } from './tabs/publish.js'
import type { Tokens } from './tokens.js'
import { readVault, type Vault, type VaultRecord } from './vault/vault.js'
import { pause } from './wait.js'

export interface Flight {
  /** Comes when the flight is not needed any more: another tab's tokens have been taken, or the session is over. */
  readonly signal: AbortSignal
  /** The access token that is to be replaced, if there is one. */
  readonly held: Tokens | undefined
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
}

/**
 * A new access token, from another tab that has one or from the auth server.
 *
 * @returns what became of the session, or the answer that failed.
 * @throws if the signal comes, or the time is over.
 */
export async function fly(
  { config, session, vault, tabs, publish, lock }: FlightTools,
  { signal, held, note }: Flight,
): Promise<News | AuthAnswer> {
  const { environment, transport } = config
  // The token that is not worth asking the others for: our own, or one that nobody could give us. Null: not asked yet.
  let known: string | null | undefined = held ? held.jti : null
  let record: VaultRecord | undefined

  /** Reads what the tabs know together. Tokens that another tab has already end the flight. */
  const lookAround = async (signal: AbortSignal): Promise<News | undefined> => {
    record = await readVault(vault)
    // An ending that this tab has lived past is no news: its vault may be its own.
    if (record && !record.session && record.version >= session.version) return record
    const { sub, sid, jti } = record?.session ?? {}
    if (session.state === 'unknown') session.owner = sub ?? sid
    if (jti !== known) await tabs.ask(record?.version ?? 0)
    signal.throwIfAborted()
    known = jti
    return undefined
  }
  const unchanged = (now: VaultRecord | undefined) => now?.version === record?.version

  const takeTurns = async (signal: AbortSignal): Promise<News | AuthAnswer> => {
    for (let named = true; ; ) {
      let news = await lookAround(signal)
      if (news) return news
      const { sid, refreshToken } = record?.session ?? {}
      const { version } = session
      // On a server there is no cookie jar.
      if (!refreshToken && (transport === 'body' || !environment.page)) {
        return { version, reason: 'refresh_token_missing' }
      }
      note('sent')
      const body = { refresh_token: refreshToken }
      const answer = await askAuthServer(config, 'refresh', body, signal, named ? sid : undefined)
      const { tokens, code, status } = answer
      note('answered', { status, code, generation: tokens?.session.generation })
      if (tokens) {
        news = await publish({ tokens }, unchanged, answer.refreshToken)
      } else if (code === 'refresh_raced') {
        await pause(100 + Math.random() * 300, environment)
      } else if (answer.verdict !== 'terminal') {
        return answer
      } else if (code === 'session_changed' && named) {
        // Somebody signed in on a page without this client: the browser's cookies are those of another session now.
        named = false
      } else {
        const reason = code!
        news = record || held ? await publish({ reason }, unchanged) : { version, reason }
      }
      if (news) return news
    }
  }

  const ended = held ? undefined : await lookAround(signal)
  if (ended) return ended
  note('waiting-for-lock')
  return await lock(takeTurns, signal)
}
