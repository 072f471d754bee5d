import { describe, expect, it } from 'vitest'
import { testServer } from '../harness/auth-server.js'
import { drivers } from '../harness/drivers.js'

async function fault(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(TypeError)
  return (error as Error).message
}

const invalidScope =
  'an invalid `scope`; it must be visible ASCII without " and \\, with single spaces between scopes (RFC 6749 section 3.3)'

describe('what a typed call is given is checked before anything is written', () => {
  it.each<[unknown, string]>([
    [undefined, 'undefined; it must be an object'],
    [{ subject: 7 }, '`subject` as a number; it must be a non-empty string: write String(id)'],
    [{ subject: 'ann', tenant: 7 }, '`tenant` as a number; it must be a string'],
    [{ subject: 'ann', scope: [] }, "`scope` as an array; it must be a space-separated string: write scope.join(' ')"],
    [{ subject: 'ann', scope: 'two  spaces' }, invalidScope],
    [{ subject: 'ann', scope: 'a "quote"' }, invalidScope],
    [{ subject: 'ann', scopes: 'a' }, 'an unknown option `scopes`; did you mean `scope`?'],
    [
      { subject: 'ann', authTime: 'yesterday' },
      '`authTime` as a string; it must be whole milliseconds since the epoch, such as Date.now()',
    ],
    [
      { subject: 'ann', authTime: new Date() },
      '`authTime` as a Date; it must be whole milliseconds since the epoch, such as Date.now(): write date.getTime()',
    ],
    [
      { subject: 'ann', authTime: 1_700_000_000 },
      '`authTime`, apparently in seconds; it must be whole milliseconds since the epoch, such as Date.now()',
    ],
    [{ subject: 'ann', amr: 'pwd' }, "`amr` as a string; it must be an array of strings (RFC 8176): write ['pwd']"],
    [{ subject: 'ann', amr: [1] }, '`amr` as an array; it must be an array of strings (RFC 8176)'],
    [{ subject: 'ann', acr: 1 }, '`acr` as a number; it must be a string'],
    [{ subject: 'ann', remember: 1 }, '`remember` as a number; it must be true or false'],
    [{ subject: 'ann', transport: 'header' }, "`transport` as a string; it must be 'cookie' or 'body'"],
    [{ subject: 'ann', device: 'phone' }, '`device` as a string; it must be an object with id, name and class'],
    [{ subject: 'ann', device: { names: 'x' } }, 'an unknown option `device.names`; did you mean `device.name`?'],
    [
      { subject: 'ann', device: { class: 'watch' } },
      '`device.class` as a string; it must be one of phone, tablet, desktop, other, service',
    ],
    [{ subject: 'ann', address: 7 }, '`address` as a number; it must be a string'],
    [
      { subject: 'ann', claims: { sub: 'bob' } },
      '`claims.sub`; only the auth server sets the claim "sub": choose another name',
    ],
    [
      { subject: 'ann', claims: { n: 1n } },
      '`claims.n` as a bigint; it must be a value that JSON can represent: write String(value)',
    ],
  ])('sessions.start: input %#', async (input, said) => {
    const { auth, stored } = testServer()

    expect(await fault(auth.sessions.start(input as never))).toBe(`auth.sessions.start was given ${said}`)
    expect(stored.calls).not.toContain('sessions.create')
  })

  it.each<[string, (auth: ReturnType<typeof testServer>['auth']) => Promise<unknown>, string]>([
    [
      'signIn',
      (auth) => auth.sessions.signIn({ username: 'ann', password: 7 as never }),
      '`password` as a number; it must be a string',
    ],
    [
      'signIn',
      (auth) => auth.sessions.signIn({ user: 'ann' } as never),
      'an unknown option `user`; did you mean `username`?',
    ],
    [
      'refresh',
      (auth) => auth.sessions.refresh({ token: undefined as never, transport: 'body' }),
      '`token` as undefined; it must be a string',
    ],
    [
      'refresh',
      (auth) => auth.sessions.refresh({ token: 'x' } as never),
      "`transport` as undefined; it must be 'cookie' or 'body'",
    ],
    ['end', (auth) => auth.sessions.end(7 as never), '`sid` as a number; it must be a string'],
    [
      'end',
      (auth) => auth.sessions.end('x', 'fired' as never),
      'an unknown `reason`; it must be one of refresh_token_reused, session_revoked, session_replaced, session_expired, account_disabled, credentials_changed, signed_out',
    ],
    ['endAll', (auth) => auth.sessions.endAll('ann' as never), 'a string; it must be { subject }'],
    [
      'endAll',
      (auth) => auth.sessions.endAll({ subject: 'ann' }, undefined, { exept: 'x' } as never),
      'an unknown option `exept`; did you mean `except`?',
    ],
    [
      'endAll',
      (auth) => auth.sessions.endAll({ subject: 'ann' }, undefined, { except: 7 as never }),
      '`except` as a number; it must be a string',
    ],
    [
      'list',
      (auth) => auth.sessions.list({ subject: 7 as never }),
      '`subject` as a number; it must be a non-empty string: write String(id)',
    ],
    [
      'list',
      (auth) => auth.sessions.list({ subject: 'ann', tenants: 'x' } as never),
      'an unknown option `tenants`; did you mean `tenant`?',
    ],
  ])('sessions.%s: %#', async (name, call, said) => {
    const { auth } = testServer()

    expect(await fault(call(auth))).toBe(`auth.sessions.${name} was given ${said}`)
  })

  it('ends every session of a subject but the one that is excepted', async () => {
    const { auth } = testServer()
    const [one] = [await auth.sessions.start({ subject: 'ann' }), await auth.sessions.start({ subject: 'ann' })]

    const ended = await auth.sessions.endAll({ subject: 'ann' }, 'credentials_changed', { except: one.session.id })

    expect(ended).toBe(1)
    expect((await auth.sessions.list({ subject: 'ann' })).map(({ id }) => id)).toEqual([one.session.id])
  })

  it('leaves to the answers of the error table what a person typed', async () => {
    const { auth } = testServer({ directory: undefined } as object)

    const codes = await Promise.all(
      [
        auth.sessions.signIn({ username: '', password: '' }),
        auth.sessions.refresh({ token: '', transport: 'body' }),
        auth.accounts!.create({ username: '', password: '' }),
      ].map((call) => call.catch(({ code }) => code)),
    )

    expect(codes).toEqual(['invalid_credentials', 'refresh_token_invalid', 'invalid_request'])
  })

  it('profiles.changed needs a number, which is what tokens are compared with', async () => {
    const { auth } = testServer()

    expect(await fault(auth.profiles.changed({ subject: 'ann' }, '4' as never))).toBe(
      'auth.profiles.changed was given `version` as a string; it must be a whole number: write Number(version)',
    )
  })

  it('accounts: what an administrator writes is checked too', async () => {
    const { accounts } = testServer({ directory: undefined } as object).auth
    const account = { username: 'ann', password: 'a long pass phrase' }

    const said = [
      await fault(accounts!.create({ ...account, profile: { n: 1n } })),
      await fault(accounts!.create({ ...account, scope: ['admin'] as never })),
      await fault(accounts!.create({ ...account, scope: 'two  spaces' })),
      await fault(accounts!.create({ ...account, profil: {} } as never)),
      await fault(accounts!.setDisabled({ subject: 'x' }, 'yes' as never)),
      await fault(accounts!.setScope({ subject: 7 as never }, 'admin')),
      await fault(accounts!.setScope({ subject: 'x' }, ' admin')),
      await fault(accounts!.find('ann' as never)),
    ]

    expect(said.map((message) => message.replace(' was given', ''))).toEqual([
      'auth.accounts.create `profile.n` as a bigint; it must be a value that JSON can represent: write String(value)',
      "auth.accounts.create `scope` as an array; it must be a space-separated string: write scope.join(' ')",
      `auth.accounts.create ${invalidScope}`,
      'auth.accounts.create an unknown option `profil`; did you mean `profile`?',
      'auth.accounts.setDisabled `disabled` as a string; it must be true or false',
      'auth.accounts.setScope `subject` as a number; it must be a non-empty string: write String(id)',
      `auth.accounts.setScope ${invalidScope}`,
      'auth.accounts.find a string; it must be an object',
    ])
  })

  it('keys.rotate and on are no exception', async () => {
    const { auth } = testServer()

    expect(await fault(auth.keys.rotate({ forced: true } as never))).toContain('did you mean `force`?')
    expect(() => auth.on('session_started' as never)).toThrow('auth.on was given a string; it must be a function')
  })
})

describe.each(drivers)('on $name', (driver) => {
  it('a subject that is a number ends nothing and says why; as a string it ends all', async () => {
    const { auth } = testServer({}, driver)
    await auth.sessions.start({ subject: 'ann', claims: { team: 'a' }, authTime: Date.now(), amr: ['pwd', 'otp'] })

    expect(await fault(auth.sessions.endAll({ subject: 7 as never }))).toContain('`subject` as a number')
    expect(await fault(auth.sessions.endAll({ subject: 'a\ud83d' }))).toContain('well-formed Unicode')
    expect(await auth.sessions.endAll({ subject: 'ann' })).toBe(1)
  })
})
