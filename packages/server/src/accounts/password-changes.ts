import { AnswerError } from '../answer-error.js'
import type { PasswordChange } from '../directory/directory.js'
import type { Account, Owner, Store } from '../store/store.js'
import { conflictError, maxAttempts } from './conflict.js'
import { checkNewPassword } from './password-rules.js'
import type { Passwords } from './passwords.js'

/** Replaces the password hashes of built-in accounts: at the person's request, and at a sign-in if a new hash is stronger. */
export function createPasswordChanges(store: Pick<Store, 'accounts'>, passwords: Passwords) {
  /** One call is one guess of the current password. */
  async function changePassword({ tenant, subject, current, next }: PasswordChange): Promise<'changed' | 'wrong'> {
    const owner = { tenant, subject }
    let hash: string | undefined
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const account = await store.accounts.find(owner)
      const matches = await passwords.verify(account?.passwordHash ?? null, current)
      if (!account || account.disabled) return 'wrong'
      // One call is one guess: `next` is compared only if `current` was right before, when the same call runs concurrently.
      if (!matches) return hash && (await passwords.verify(account.passwordHash, next)) ? 'changed' : 'wrong'
      checkNewPassword(next, account.usernameKey)
      if (next === current)
        throw new AnswerError('invalid_request', 'password: expected a password that differs from the current one')
      hash ??= await passwords.hash(next)
      if ((await replaceHash(owner, account.passwordHash, hash)) === 'changed') return 'changed'
    }
    throw conflictError()
  }

  /** If the store's answer was lost, the random salt in the stored hash shows whether this call wrote it. */
  async function replaceHash(owner: Owner, expected: string, next: string): Promise<'changed' | 'lost'> {
    try {
      return await store.accounts.changePassword(owner, expected, next)
    } catch (error) {
      if ((await store.accounts.find(owner))?.passwordHash === next) return 'changed'
      throw error
    }
  }

  /** @returns the stored hash of this password: the new one, or the old one if that was not replaced. */
  async function rehash(account: Account, password: string): Promise<string> {
    try {
      const hash = await passwords.hash(password)
      const outcome = await store.accounts.changePassword(account, account.passwordHash, hash)
      if (outcome === 'changed') return hash
      // Another sign-in has replaced the hash, or the password was changed.
      const now = (await store.accounts.find(account))?.passwordHash
      return now !== undefined && (await passwords.verify(now, password)) ? now : account.passwordHash
    } catch {
      // The sign-in succeeded anyway; the next one tries again.
      return account.passwordHash
    }
  }

  return { changePassword, rehash }
}
