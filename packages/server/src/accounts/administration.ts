import type { ProfileInvalidation } from '../profiles/invalidation.js'
import type { ProfileReader } from '../profiles/reader.js'
import type { RevocationFeed } from '../revocation/feed.js'
import type { RevocationRetention } from '../revocation/retention.js'
import { profileGracePeriod } from '../session/policy.js'
import type { SessionService } from '../session-service.js'
import { type Owner, type Store, StoreUnavailableError } from '../store/store.js'
import type { AccountSummary, Accounts, NewAccount } from './accounts.js'

/** Without a tenant there is only one. */
type Named<T> = Omit<T, 'tenant'> & { readonly tenant?: string }

/** Administration of the built-in accounts. Each change takes effect at every guard within a second. */
export interface AccountAdministration {
  /**
   * Creates an account.
   *
   * @throws AnswerError `username_taken`, or `invalid_request` naming what was expected.
   */
  create(account: Named<NewAccount>): Promise<{ readonly subject: string }>
  /** The account with that user name, without its hash; null if there is none. */
  find(who: Named<Pick<NewAccount, 'username' | 'tenant'>>): Promise<AccountSummary | null>
  /** Disabling ends every session of the account. @throws AnswerError `not_found`. */
  setDisabled(owner: Named<Owner>, disabled: boolean): Promise<void>
  /** Access tokens with the previous scope must be refreshed; nobody is signed out. @throws AnswerError `not_found`. */
  setScope(owner: Named<Owner>, scope: string): Promise<void>
  /** Whether any account of any tenant has `admin` in its scope. */
  anyAdministrator(): Promise<boolean>
}

interface Parts {
  readonly accounts: Accounts
  readonly sessions: SessionService
  readonly store: Pick<Store, 'sessions' | 'now'>
  readonly profiles: Pick<ProfileReader, 'forget'>
  readonly feed: Pick<RevocationFeed, 'publish'>
  readonly invalidation: Pick<ProfileInvalidation, 'repeat'>
  readonly retention: Pick<RevocationRetention, 'seconds'>
}

/** Seconds until a change must be written. What is left of `profileGracePeriod` is for its commit. */
const changeWithin = (profileGracePeriod * 2) / 3

export function createAccountAdministration(parts: Parts): AccountAdministration {
  const { accounts, sessions, store, profiles, feed, invalidation, retention } = parts

  /** Makes a change so that no reading from before it counts once it stands, whatever becomes of this process in between. */
  async function changing<T>(owner: Owner, change: (notAfter: number) => Promise<T>): Promise<T> {
    const notAfter = (await store.now()) + changeWithin * 1000
    await store.sessions.outdateProfile(owner, profileGracePeriod)
    const answer = await change(notAfter).catch((error: unknown) => {
      if (error instanceof StoreUnavailableError) invalidation.repeat(owner)
      throw error
    })
    // Again, for a commit that took longer than it may.
    await store.sessions.outdateProfile(owner, 0)
    profiles.forget(owner)
    return answer
  }

  return {
    create: (account) => accounts.create({ tenant: '', ...account }),
    find: (who) => accounts.find({ tenant: '', ...who }),
    async setDisabled(named, disabled) {
      const owner = { tenant: '', ...named }
      await changing(owner, (notAfter) => accounts.setDisabled(owner, disabled, notAfter))
      if (disabled) await sessions.endAll(owner, 'account_disabled')
    },
    async setScope(named, scope) {
      const owner = { tenant: '', ...named }
      const { version } = await changing(owner, (notAfter) => accounts.setScope(owner, scope, notAfter))
      feed.publish([await store.sessions.recordProfileChange(owner, version, await retention.seconds())])
    },
    anyAdministrator: () => accounts.anyAdministrator(),
  }
}
