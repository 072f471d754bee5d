import type { NewAccount } from '../accounts/accounts.js'
import type { AccountAdministration } from '../accounts/administration.js'
import { checkScope } from '../input/scope.js'
import { checkJsonObject, checkString, checkTenant, invalidValue } from '../input/values.js'
import { checkMembers, checkOwner } from './check-input.js'

/** Validates the input of the account calls. They reject with a TypeError that names the invalid member. */
export function checkAccountCalls(accounts: AccountAdministration): AccountAdministration {
  return {
    async create(account) {
      checkNewAccount(account)
      return accounts.create(account)
    },
    async find(who) {
      checkUsername(who)
      return accounts.find(who)
    },
    async setDisabled(owner, disabled) {
      const whose = checkOwner('auth.accounts.setDisabled', owner)
      if (typeof disabled !== 'boolean') {
        throw invalidValue('auth.accounts.setDisabled was given', 'disabled', disabled, 'true or false')
      }
      return accounts.setDisabled(whose, disabled)
    },
    async setScope(owner, scope) {
      const whose = checkOwner('auth.accounts.setScope', owner)
      checkScope('auth.accounts.setScope was given', scope)
      return accounts.setScope(whose, scope)
    },
    anyAdministrator: () => accounts.anyAdministrator(),
  }
}

const newAccountMembers: Readonly<Record<keyof NewAccount, true>> = {
  tenant: true,
  username: true,
  password: true,
  scope: true,
  profile: true,
}

function checkNewAccount(input: unknown): void {
  const origin = 'auth.accounts.create was given'
  const { tenant = '', username, password, scope, profile } = checkMembers<NewAccount>(origin, input, newAccountMembers)
  checkTenant(origin, tenant)
  checkString(origin, 'username', username)
  checkString(origin, 'password', password)
  if (scope !== undefined) checkScope(origin, scope)
  if (profile !== undefined) checkJsonObject(origin, 'profile', profile)
}

function checkUsername(input: unknown): void {
  const origin = 'auth.accounts.find was given'
  const members = { username: true, tenant: true } as const
  const { username, tenant = '' } = checkMembers<Pick<NewAccount, 'username' | 'tenant'>>(origin, input, members)
  checkString(origin, 'username', username)
  checkTenant(origin, tenant)
}
