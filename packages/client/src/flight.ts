import type { FlightActivity, FlightPhase } from './activity.js'
import { type AuthAnswer, askAuthServer } from './auth-server.js'
import type { ClientConfig } from './config.js'
import type { Events } from './events.js'
import type { News, Session } from './session.js'
import type { Tabs } from './tabs/channel.js'
import type { Lock } from './tabs/lock.js'
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
  readonly lock: Lock
}

const mostTurns = 8

/**
 * A new access token, from another tab that has one or from the auth server. No function of the app's is called while
 * the lock is held, but for what other tabs say meanwhile.
 *
 * @returns what became of the session, or the answer that failed.
 * @throws the flight's signal, if it comes.
 */
export async function fly(
  { config, session, vault, tabs, publish, lock }: FlightTools,
  { signal, held, note }: Flight,
): Promise<News | AuthAnswer> {
  const { environment, timeouts, transport } = config
  // The token that is not worth asking the others for: our own, or one that nobody could give us. Null: not asked yet.
  let known: string | null | undefined = held ? held.jti : null
  let record: VaultRecord | undefined

  /** Reads what the tabs know together. Tokens that another tab has already end the flight. */
  const lookAround = async (): Promise<News | undefined> => {
    record = await readVault(vault)
    if (record && !record.session) return record
    const { sub, sid, jti } = record?.session ?? {}
    if (session.state === 'unknown') session.owner = sub ?? sid
    if (jti !== known) await tabs.ask(record?.version ?? 0)
    signal.throwIfAborted()
    known = jti
    return undefined
  }
  const unchanged = (now: VaultRecord | undefined) => now?.version === record?.version

  const takeTurns = async (): Promise<News | AuthAnswer> => {
    const started = environment.monotonic()
    let named = true
    let answer: AuthAnswer = {}
    for (let turn = 0; turn < mostTurns; turn++) {
      const ended = await lookAround()
      if (ended) return ended
      const { sid, refreshToken } = record?.session ?? {}
      const { version } = session
      // On a server there is no cookie jar.
      if (!refreshToken && (transport === 'body' || !environment.page)) {
        return { version, reason: 'refresh_token_missing' }
      }
      const patience = started + timeouts.request - environment.monotonic()
      if (patience <= 0) break
      note('sent')
      const body = { refresh_token: refreshToken }
      answer = await askAuthServer(config, 'refresh', body, signal, named ? sid : undefined, patience)
      const { tokens, code, status, verdict } = answer
      note('answered', { status, code, generation: tokens?.session.generation })
      let news: News | undefined
      if (tokens) {
        news = await publish({ tokens }, unchanged, answer.refreshToken)
      } else if (code === 'refresh_raced') {
        await pause(100 + Math.random() * 300, environment)
      } else if (verdict !== 'terminal') {
        break
      } else if (code === 'session_changed' && named) {
        // Somebody signed in on a page without this client: the browser's cookies are those of another session now.
        named = false
      } else if (record || held) {
        news = await publish({ reason: code! }, unchanged)
      } else {
        news = { version, reason: code! }
      }
      if (news) return news
    }
    return answer
  }

  const ended = held ? undefined : await lookAround()
  if (ended) return ended
  note('waiting-for-lock')
  return await lock(takeTurns, signal)
}
