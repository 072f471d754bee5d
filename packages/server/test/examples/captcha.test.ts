import { afterEach, expect, test, vi } from 'vitest'
import { openAuthServer as openWithAltcha } from '../../../../examples/captcha/src/altcha.js'
import { openAuthServer as openWithSms } from '../../../../examples/captcha/src/sms.js'
import { openAuthServer as openWithTurnstile } from '../../../../examples/captcha/src/turnstile.js'
import type { AuthServerOptions } from '../../src/options.js'
import { memoryStore } from '../../src/store/memory/index.js'
import { Browser, codeOf } from '../harness/browser.js'
import { passwordOf, people } from '../harness/people.js'
import { testSecrets } from '../harness/secrets.js'

const ann = { username: 'ann', password: passwordOf('ann') }

function options(): AuthServerOptions {
  return {
    issuer: 'https://auth.example.com',
    mode: 'production',
    store: memoryStore(),
    secrets: testSecrets(),
    origins: ['https://app.example.com'],
    directory: people('ann'),
  }
}

afterEach(() => void vi.unstubAllEnvs())

test('the document’s server asks for a captcha after three failures', async () => {
  const auth = openWithAltcha(options())
  const wrong = { ...ann, password: 'wrong' }

  const codes: string[] = []
  for (let attempt = 0; attempt < 4; attempt++)
    codes.push(await codeOf(await new Browser(auth).post('/auth/login', wrong)))

  expect(codes).toEqual([...Array(3).fill('invalid_credentials'), 'captcha_required'])
  await auth.close()
})

test('the document’s server with Turnstile does not start without its keys', async () => {
  expect(() => openWithTurnstile(options())).toThrow('turnstile.siteKey is missing (undefined)')
  vi.stubEnv('TURNSTILE_SITE_KEY', 'site-key-of-the-test')
  vi.stubEnv('TURNSTILE_SECRET', 'secret-of-the-test')

  await openWithTurnstile(options()).close()
})

test('the document’s hook lets a sign-in pass with the right code alone', async () => {
  const auth = openWithSms(options(), async (username, code) => username === 'ann' && code === '1234')

  expect(await codeOf(await new Browser(auth).post('/auth/login', { ...ann, sms: '1' }))).toBe('sms_code_wrong')
  expect((await new Browser(auth).post('/auth/login', { ...ann, sms: '1234' })).status).toBe(200)
  await auth.close()
})
