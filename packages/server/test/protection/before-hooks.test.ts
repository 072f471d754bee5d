import { envelope } from '@sessionward/protocol'
import { describe, expect, it } from 'vitest'
import type { AttemptView, BeforeHooks } from '../../src/protection/before-hooks.js'
import { testServer } from '../harness/auth-server.js'
import { Browser, codeOf } from '../harness/browser.js'
import { passwordOf } from '../harness/people.js'

const ann = { username: 'ann', password: passwordOf('ann') }
const wrongCode = { code: 'sms_code_wrong', message: 'The code is wrong.' }

/** The application wants the code 1234 with each sign-in. */
const before: BeforeHooks = { signIn: ({ fields }) => (fields.sms === '1234' ? undefined : wrongCode) }

describe('the hook before a sign-in', () => {
  it('sees the request without its password, and may refuse with a code and a sentence', async () => {
    const seen: AttemptView[] = []
    const { auth } = testServer({
      before: {
        signIn(attempt) {
          seen.push(attempt)
          return before.signIn!(attempt)
        },
      },
    })

    const refused = await new Browser(auth).post('/auth/login', { ...ann, sms: '9' }, { 'X-Device': 'kiosk' })
    const passed = await new Browser(auth).post('/auth/login', { ...ann, sms: '1234', device: { name: 'Desk' } })

    expect(refused.status).toBe(403)
    expect(await refused.json()).toEqual({
      type: 'urn:sessionward:error:attempt_refused',
      title: 'The application refused this sign-in or registration.',
      status: 403,
      detail: 'The code is wrong.',
      code: 'sms_code_wrong',
      verdict: 'fix',
    })
    expect(passed.status).toBe(200)
    expect(seen[0]).toMatchObject({ action: 'signIn', username: 'ann', address: '192.0.2.7', fields: { sms: '9' } })
    expect(seen[0]!.headers.get('X-Device')).toBe('kiosk')
    expect(seen[1]!.fields).toEqual({ sms: '1234' })
    expect(JSON.stringify(seen)).not.toContain(ann.password)
  })

  it('limits calls of the hook: a refusal counts as a wrong password, and costs no hash', async () => {
    let calls = 0
    const { auth, directory } = testServer({
      before: {
        signIn() {
          calls++
          return wrongCode
        },
      },
    })
    directory.authenticate = async () => {
      throw new Error('no password should be looked at')
    }

    const codes: string[] = []
    for (let sms = 0; sms < 12; sms++)
      codes.push(await codeOf(await new Browser(auth).post('/auth/login', { ...ann, sms })))

    expect(codes).toEqual([...Array(10).fill('sms_code_wrong'), 'too_many_attempts', 'too_many_attempts'])
    expect(calls).toBe(10)
  })

  it.each([
    ['false', false, '`before.signIn returned`'],
    ['a string', 'no', ''],
    ['a code without a sentence', { code: 'sms_code_wrong' }, ''],
    ['a sentence without a code', { message: 'No.' }, ''],
    ['a code of ours', { code: 'invalid_credentials', message: 'No.' }, 'has a meaning of its own'],
    ['a code with a line break', { code: 'a\nb', message: 'No.' }, ''],
    ['more than that', { ...wrongCode, status: 418 }, 'unknown member'],
  ])('that returns %s fails closed with 503, and the operator reads why', async (_, returned, message) => {
    const { auth, logged } = testServer({ before: { signIn: () => returned as unknown as undefined } })

    const response = await new Browser(auth).post('/auth/login', ann)

    expect([response.status, await codeOf(response)]).toEqual([503, 'service_unavailable'])
    expect(logged.join()).toContain('before.signIn returned')
    expect(logged.join()).toContain(message.replaceAll('`', ''))
  })

  it('that throws refuses the sign-in, and counts no attempt', async () => {
    let broken = true
    const { auth } = testServer({
      before: {
        async signIn() {
          if (broken) throw new Error('the SMS service is unavailable')
          return undefined
        },
      },
    })

    for (let attempt = 0; attempt < 12; attempt++)
      expect((await new Browser(auth).post('/auth/login', ann)).status).toBe(503)
    broken = false

    expect((await new Browser(auth).post('/auth/login', ann)).status).toBe(200)
  })

  it('speaks business codes: the number of attempt_refused, and the sentence of the application', async () => {
    const business = envelope({
      ok: 0,
      codes: { default: 500, fix: 400, attempt_refused: 460, terminal: 422, refresh: 415 },
    })
    const { auth } = testServer({ before, envelope: business })

    const response = await new Browser(auth).post('/auth/login', ann)

    expect(await response.json()).toMatchObject({
      code: 460,
      message: 'The code is wrong.',
      data: null,
      problem: { code: 'sms_code_wrong', verdict: 'fix' },
    })
  })
})

describe('the hook before a registration', () => {
  const eve = { username: 'eve', password: 'a long pass phrase' }

  it('sees fields that no profile has, which are not kept', async () => {
    const options = {
      directory: undefined,
      registration: 'open',
      registrationFields: ['city'],
      before: { register: ({ fields }: AttemptView) => (fields.sms === '1234' ? undefined : wrongCode) },
    }
    const { auth } = testServer(options as object)

    const refused = await new Browser(auth).post('/auth/register', { ...eve, city: 'Kunming' })
    const passed = await new Browser(auth).post('/auth/register', { ...eve, city: 'Kunming', sms: '1234' })

    expect(await codeOf(refused)).toBe('sms_code_wrong')
    expect(passed.status).toBe(201)
    expect((await passed.json()).user).toEqual({ subject: expect.any(String), username: 'eve', city: 'Kunming' })
  })
})
