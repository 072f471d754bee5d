import type { ProfileInvalidation } from '../profiles/invalidation.js'
import type { ProfileReader } from '../profiles/reader.js'
import type { RevocationFeed } from '../revocation/feed.js'
import type { RevocationRetention } from '../revocation/retention.js'
import { profileGracePeriod } from '../session/lifetime.js'
import type { SessionService } from '../session-service.js'
import { type Owner, type Store, StoreUnavailableError } from '../store/store.js'
import type { AccountSummary, Accounts, NewAccount } from './accounts.js'

/** `tenant` may be omitted if there is only one. */
type WithOptionalTenant<T> = Omit<T, 'tenant'> & { readonly tenant?: string }

/** Administration of the built-in accounts. Each change takes effect at every guard within a second. */
export interface AccountAdministration {
  /**
   * Creates an account.
   *
   * @throws AnswerError `username_taken`, or `invalid_request` naming what was expected.
   */
  create(account: WithOptionalTenant<NewAccount>): Promise<{ readonly subject: string }>
  /** The account with that user name, without its password hash; null if there is none. */
  find(who: WithOptionalTenant<Pick<NewAccount, 'username' | 'tenant'>>): Promise<AccountSummary | null>
  /** Disabling ends every session of the account. @throws AnswerError `not_found`. */
  setDisabled(owner: WithOptionalTenant<Owner>, disabled: boolean): Promise<void>
  /** Access tokens with the previous scope must be refreshed; nobody is signed out. @throws AnswerError `not_found`. */
  setScope(owner: WithOptionalTenant<Owner>, scope: string): Promise<void>
  /** Whether any account of any tenant has `admin` in its scope. */
  anyAdministrator(): Promise<boolean>
}

interface Parts {
  readonly accounts: Accounts
  readonly sessions: SessionService
  readonly store: Pick<Store, 'sessions' | 'now'>
  readonly profileReader: Pick<ProfileReader, 'invalidate'>
  readonly feed: Pick<RevocationFeed, 'publish'>
  readonly invalidation: Pick<ProfileInvalidation, 'repeat'>
  readonly retention: Pick<RevocationRetention, 'seconds'>
}

/** Seconds within which a change must be written. The rest of `profileGracePeriod` is for its commit. */
const maxChangeSeconds = (profileGracePeriod * 2) / 3

export function createAccountAdministration(parts: Parts): AccountAdministration {
  const { accounts, sessions, store, profileReader, feed, invalidation, retention } = parts

  /** Invalidates cached profiles before and after a change, so that none is stale even if this process crashes in between. */
  async function withInvalidation<T>(owner: Owner, change: (notAfter: number) => Promise<T>): Promise<T> {
    const notAfter = (await store.now()) + maxChangeSeconds * 1000
    await store.sessions.outdateProfile(owner, profileGracePeriod)
    const answer = await change(notAfter).catch((error: unknown) => {
      if (error instanceof StoreUnavailableError) invalidation.repeat(owner)
      throw error
    })
    // Again, in case the commit took longer than `profileGracePeriod`.
    await store.sessions.outdateProfile(owner, 0)
    profileReader.invalidate(owner)
    return answer
  }

  return {
    create: (account) => accounts.create({ tenant: '', ...account }),
    find: (who) => accounts.find({ tenant: '', ...who }),
    async setDisabled(input, disabled) {
      const owner = { tenant: '', ...input }
      await withInvalidation(owner, (notAfter) => accounts.setDisabled(owner, disabled, notAfter))
      if (disabled) await sessions.endAll(owner, 'account_disabled')
    },
    async setScope(input, scope) {
      const owner = { tenant: '', ...input }
      const { version } = await withInvalidation(owner, (notAfter) => accounts.setScope(owner, scope, notAfter))
      feed.publish([await store.sessions.recordProfileChange(owner, version, await retention.seconds())])
    },
    anyAdministrator: () => accounts.anyAdministrator(),
  }
}
