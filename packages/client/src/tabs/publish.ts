import type { Environment } from '../environment.js'
import type { News, Session } from '../session.js'
import type { Tokens } from '../tokens.js'
import type { Ending, Vault, VaultRecord } from '../vault/vault.js'
import type { Tabs } from './channel.js'

/**
 * Writes what became of the session into the vault, and tells the other tabs.
 *
 * @param allowed the fence: whether to write where the vault holds this.
 * @returns the news, or nothing where the fence held.
 */
export type Publish = <T extends { readonly tokens: Tokens } | Ending>(
  what: T,
  allowed: (record: VaultRecord | undefined) => boolean,
  refreshToken?: string,
) => Promise<(T & { readonly version: number }) | undefined>

export function createPublish(vault: Vault, tabs: Tabs, session: Session, environment: Environment): Publish {
  return async <T extends { readonly tokens: Tokens } | Ending>(
    what: T,
    allowed: (record: VaultRecord | undefined) => boolean,
    refreshToken?: string,
  ) => {
    let news: (T & { readonly version: number }) | undefined
    await vault((record) => {
      // Newer than what this tab has seen, and by the wall clock also where each tab has a vault of its own.
      const version = Math.max(environment.wall(), (record?.version ?? 0) + 1, session.version + 1)
      news = allowed(record) ? { ...what, version } : undefined
      return news && recordOf(news, refreshToken)
    })
    if (news) tabs.tell(news)
    return news
  }
}

function recordOf(news: News, refreshToken: string | undefined): VaultRecord {
  if (!news.tokens) return news
  const { jti, sub, session } = news.tokens
  return { version: news.version, session: { sid: session.id, jti, sub, refreshToken } }
}
