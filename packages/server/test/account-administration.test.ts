import { describe, expect, it } from 'vitest'
import { testServer } from './harness/auth-server.js'

const account = { username: 'ann', password: 'a long pass phrase' }

async function serverWithAccount() {
  const { auth, stored } = testServer({ directory: undefined } as object)
  const { subject } = await auth.accounts!.create(account)
  const me = async (accessToken: string) => {
    const headers = { Authorization: `Bearer ${accessToken}` }
    return (await auth.fetch(new Request('https://auth.example.com/auth/me', { headers }))).json()
  }
  return { auth, stored, accounts: auth.accounts!, subject, me }
}

describe('what an administrator does to an account', () => {
  it('ends its sessions at once where it is disabled, and lets it begin anew where it is enabled', async () => {
    const { auth, accounts, subject, me } = await serverWithAccount()
    const session = await auth.signIn({ ...account, transport: 'body' })

    await accounts.setDisabled({ subject }, true)

    expect(await me(session.accessToken)).toMatchObject({ code: 'account_disabled', verdict: 'terminal' })
    const refreshed = await auth.refresh({ token: session.refreshToken!, transport: 'body' }).catch((error) => error)
    expect(refreshed.code).toBe('account_disabled')
    await expect(auth.signIn(account)).rejects.toMatchObject({ code: 'invalid_credentials' })

    await accounts.setDisabled({ subject }, false)
    expect(await auth.signIn(account)).toHaveProperty('accessToken')
  })

  it('holds a new scope at every guard at once, and signs nobody out for it', async () => {
    const { auth, accounts, subject, me } = await serverWithAccount()
    const session = await auth.signIn({ ...account, transport: 'body' })
    expect(await me(session.accessToken)).toMatchObject({ username: 'ann' })

    await accounts.setScope({ subject }, 'admin')

    expect(await me(session.accessToken)).toMatchObject({ code: 'claims_changed', verdict: 'refresh' })
    const { accessToken } = await auth.refresh({ token: session.refreshToken!, transport: 'body' })
    expect(await me(accessToken)).toMatchObject({ username: 'ann' })
    expect(await accounts.anyAdministrator()).toBe(true)
  })

  it('says not_found of an account that there is not, and ends nothing', async () => {
    const { auth, accounts } = await serverWithAccount()

    await expect(accounts.setDisabled({ subject: 'nobody' }, true)).rejects.toMatchObject({ code: 'not_found' })
    await expect(accounts.setScope({ subject: 'nobody' }, 'admin')).rejects.toMatchObject({ code: 'not_found' })
    expect(await accounts.find({ username: 'nobody' })).toBeNull()
    expect(await accounts.anyAdministrator()).toBe(false)
    expect(auth.figures()).not.toHaveProperty('session_revoked')
  })

  it('shows all of an account but the hash', async () => {
    const { accounts, subject } = await serverWithAccount()

    const found = await accounts.find({ username: 'ANN' })

    expect(found).toMatchObject({ subject, username: 'ann', disabled: false, scope: '' })
    expect(JSON.stringify(found)).not.toContain('argon2')
  })

  it('is not there where the people are kept elsewhere', () => {
    expect(testServer().auth.accounts).toBeUndefined()
  })
})
