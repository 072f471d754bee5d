import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { StoreUnavailableError } from '../../src/store/store.js'
import { testServer } from '../harness/auth-server.js'

const account = { username: 'ann', password: 'a long pass phrase' }

async function serverWithAccount() {
  const { auth, stored, clock } = testServer({ directory: undefined } as object)
  const { subject } = await auth.accounts!.create(account)
  const me = async (accessToken: string) => {
    const headers = { Authorization: `Bearer ${accessToken}` }
    return (await auth.fetch(new Request('https://auth.example.com/auth/me', { headers }))).json()
  }
  return { auth, stored, clock, accounts: auth.accounts!, subject, me }
}

describe('what an administrator does to an account', () => {
  it('ends its sessions at once where it is disabled, and lets it begin anew where it is enabled', async () => {
    const { auth, accounts, subject, me } = await serverWithAccount()
    const session = await auth.sessions.signIn({ ...account, transport: 'body' })

    await accounts.setDisabled({ subject }, true)

    expect(await me(session.accessToken)).toMatchObject({ code: 'account_disabled', verdict: 'terminal' })
    const refreshed = await auth.sessions
      .refresh({ token: session.refreshToken!, transport: 'body' })
      .catch((error) => error)
    expect(refreshed.code).toBe('account_disabled')
    await expect(auth.sessions.signIn(account)).rejects.toMatchObject({ code: 'invalid_credentials' })

    await accounts.setDisabled({ subject }, false)
    expect(await auth.sessions.signIn(account)).toHaveProperty('accessToken')
  })

  it('holds a new scope at every guard at once, and signs nobody out for it', async () => {
    const { auth, accounts, subject, me } = await serverWithAccount()
    const session = await auth.sessions.signIn({ ...account, transport: 'body' })
    expect(await me(session.accessToken)).toMatchObject({ username: 'ann' })

    await accounts.setScope({ subject }, 'admin')

    expect(await me(session.accessToken)).toMatchObject({ code: 'claims_changed', verdict: 'refresh' })
    const { accessToken } = await auth.sessions.refresh({ token: session.refreshToken!, transport: 'body' })
    expect(await me(accessToken)).toMatchObject({ username: 'ann' })
    expect(await accounts.anyAdministrator()).toBe(true)
  })

  it('asks the store to refuse a change that is written 20 seconds late, before cached profiles count again', async () => {
    const { stored, clock, accounts, subject } = await serverWithAccount()
    const limits: unknown[] = []
    stored.before = (verb, args) => void (verb === 'accounts.update' && limits.push(args[3]))

    await accounts.setScope({ subject }, 'admin')
    await accounts.setDisabled({ subject }, true)

    expect(limits).toEqual([clock.read() + 20_000, clock.read() + 20_000])
  })

  it.each([1, 9])('is seen though it was not answered, and shows %s minutes later', async (minutes) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { auth, stored, clock, accounts, subject } = await serverWithAccount()
    let { refreshToken: token } = await auth.sessions.start({ subject, transport: 'body' })
    const refresh = async () => {
      token = (await auth.sessions.refresh({ token: token!, transport: 'body' })).refreshToken
    }
    clock.advance(60)
    await refresh()
    let show: () => Promise<unknown> = async () => {}
    stored.around = async (verb, args, go) => {
      if (verb !== 'accounts.update')
        return go()
        // Written in time, and shown later.
      ;(args as unknown[]).length = 3
      show = go
      throw new StoreUnavailableError('no answer')
    }
    await expect(accounts.setDisabled({ subject }, true)).rejects.toThrow('no answer')

    for (let passed = 0; passed < minutes * 60; passed++) {
      clock.advance(1)
      await vi.advanceTimersByTimeAsync(1000)
      if (passed % 11 === 0) await refresh()
    }
    await show()

    await expect(refresh()).rejects.toMatchObject({ code: 'account_disabled' })
  })

  it('looks after what was not answered for ten minutes, and not after the server is closed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { auth, stored, accounts, subject } = await serverWithAccount()
    const outdated = () => stored.calls.filter((verb) => verb === 'sessions.outdateProfile').length
    stored.before = (verb) => {
      if (verb === 'accounts.update') throw new StoreUnavailableError('no answer')
    }
    await accounts.setDisabled({ subject }, true).catch(() => {})
    await vi.advanceTimersByTimeAsync(11 * 60_000)
    const inTheEnd = outdated()
    expect(inTheEnd).toBe(61)
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(outdated()).toBe(inTheEnd)

    await accounts.setDisabled({ subject }, true).catch(() => {})
    await auth.close()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(outdated()).toBe(inTheEnd + 1)
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
