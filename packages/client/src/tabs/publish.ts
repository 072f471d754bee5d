import type { ClientConfig } from '../config.js'
import type { Session, SessionUpdate } from '../session.js'
import type { Tokens } from '../tokens.js'
import type { Ending, Vault, VaultRecord } from '../vault/vault.js'
import type { Tabs } from './channel.js'

/**
 * Writes an update of the session into the vault, and sends it to the other tabs.
 *
 * @param allowed the fence: whether to replace this record of the vault.
 * @param remember whether the session outlives the browser. Default: as before.
 * @returns the update; undefined if the fence forbade it.
 */
export type Publish = <T extends { readonly tokens: Tokens } | Ending>(
  what: T,
  allowed: (record: VaultRecord | undefined) => boolean,
  refreshToken?: string,
  remember?: boolean,
) => Promise<(T & { readonly version: number }) | undefined>

export function createPublish(vault: Vault, tabs: Tabs, session: Session, config: ClientConfig): Publish {
  return async <T extends { readonly tokens: Tokens } | Ending>(
    what: T,
    allowed: (record: VaultRecord | undefined) => boolean,
    refreshToken?: string,
    remember?: boolean,
  ) => {
    let update: (T & { readonly version: number }) | undefined
    await vault((record) => {
      // Newer than all that this tab has seen. The wall clock keeps the order if each tab has its own vault.
      const version = 1 + Math.max(config.environment.wall(), session.version, record?.version ?? 0)
      update = allowed(record) ? { ...what, version } : undefined
      return update && recordOf(update, record, refreshToken, config, remember)
    })
    if (update) tabs.broadcast(update)
    return update
  }
}

function recordOf(
  update: SessionUpdate,
  before: VaultRecord | undefined,
  refreshToken: string | undefined,
  { vault }: ClientConfig,
  remember = before?.session?.remember,
): VaultRecord {
  if (!update.tokens) return { ...update, sid: (before?.session ?? before)?.sid }
  const { tokens, version } = update
  const { jti, sub, session, user } = tokens
  return { version, session: { sid: session.id, jti, sub, user, refreshToken, remember, ...(vault && { tokens }) } }
}
