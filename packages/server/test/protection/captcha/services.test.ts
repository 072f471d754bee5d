import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hcaptcha } from '../../../src/protection/captcha/hcaptcha.js'
import type { CaptchaProvider } from '../../../src/protection/captcha/provider.js'
import { recaptcha } from '../../../src/protection/captcha/recaptcha.js'
import type { SiteVerifyOptions } from '../../../src/protection/captcha/site-verify.js'
import { turnstile } from '../../../src/protection/captcha/turnstile.js'
import { testServer } from '../../harness/auth-server.js'
import { Browser, codeOf } from '../../harness/browser.js'
import { passwordOf } from '../../harness/people.js'

// The services themselves are not called: a local server gives the answers that they document.

const ann = { username: 'ann', password: passwordOf('ann') }
const keys = { siteKey: 'site-key-of-the-test', secret: 'secret-of-the-test', hosts: ['app.example.com'] }

const services: Record<string, (options: SiteVerifyOptions) => CaptchaProvider> = {
  turnstile,
  hcaptcha,
  recaptcha,
  'recaptcha, version 3': (options) => recaptcha({ ...options, minimumScore: 0.5 }),
}

const right = { success: true, hostname: 'app.example.com', action: 'signIn', score: 0.9, 'error-codes': [] }

/** A service that answers this to every check, or does not answer, and keeps the forms that it was sent. */
async function openService(answer: object | number | 'no answer') {
  const forms: string[] = []
  const server = createServer((request, response) => {
    let form = ''
    request.setEncoding('utf8').on('data', (part: string) => {
      form += part
    })
    request.on('end', () => {
      forms.push(form)
      if (answer === 'no answer') {
        request.socket.destroy()
        return
      }
      response.writeHead(typeof answer === 'number' ? answer : 200, { 'Content-Type': 'application/json' })
      response.end(typeof answer === 'number' ? 'busy' : JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { forms, verifyUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/siteverify` }
}

async function signInWith(provider: CaptchaProvider, captcha = 'solved-by-ann') {
  const { auth, logged } = testServer({ captcha: { provider } })
  const response = await new Browser(auth).post('/auth/login', { ...ann, captcha })
  return { outcome: [response.status, response.ok ? undefined : await codeOf(response)], response, auth, logged }
}

describe.each(Object.entries(services))('%s', (name, provider) => {
  it('accepts a solution that the service accepts, once', async () => {
    const { forms, verifyUrl } = await openService(right)

    const { outcome, auth } = await signInWith(provider({ ...keys, verifyUrl }))

    expect(outcome).toEqual([200, undefined])
    expect(new URLSearchParams(forms[0]).get('secret')).toBe(keys.secret)
    expect(new URLSearchParams(forms[0]).get('response')).toBe('solved-by-ann')
    const again = await new Browser(auth).post('/auth/login', { ...ann, captcha: 'solved-by-ann' })
    expect(await codeOf(again)).toBe('captcha_invalid')
  })

  it.each([
    ['a wrong solution', { success: false, 'error-codes': ['invalid-input-response'] }],
    ['one that was used', { success: false, 'error-codes': ['timeout-or-duplicate'] }],
    ['one of another host', { ...right, hostname: 'evil.example.org' }],
    ['one of a host that only begins like ours', { ...right, hostname: 'app.example.com.evil.example.org' }],
    ['one without a host', { ...right, hostname: undefined }],
    ['one with an empty host', { ...right, hostname: '' }],
  ])('refuses %s', async (_, answer) => {
    const { verifyUrl } = await openService(answer)

    expect((await signInWith(provider({ ...keys, verifyUrl }))).outcome).toEqual([403, 'captcha_invalid'])
  })

  it('accepts one without a host where the application has chosen that', async () => {
    const { verifyUrl } = await openService({ ...right, hostname: '' })

    const { outcome } = await signInWith(provider({ ...keys, verifyUrl, emptyHost: 'accept' }))

    expect(outcome).toEqual([200, undefined])
  })

  it.each([
    ['is busy', 503],
    ['breaks off', 'no answer'],
    ['answers something else', []],
    ['refuses our secret', { success: false, 'error-codes': ['invalid-input-secret'] }],
    ['says no and not why', { success: false }],
    ['says neither yes nor no', { hostname: 'app.example.com' }],
    ['calls it "true"', { ...right, success: 'true' }],
  ] as const)('a service that %s is 503 with retry: never passed, never wrong', async (_, answer) => {
    const { verifyUrl } = await openService(answer)

    const { outcome, response, logged, auth } = await signInWith(provider({ ...keys, verifyUrl }))

    expect(outcome).toEqual([503, 'service_unavailable'])
    expect(response.headers.get('Retry-After')).toBe('5')
    expect(logged.join()).toMatch(/a captcha could not be checked: CaptchaUnavailableError: (turnstile|h|recaptcha)/)
    expect(logged.join()).not.toContain(keys.secret)
    expect(auth.figures()).toMatchObject({ captcha_unavailable: 1 })
  })

  it('does not start without its keys, in development neither', () => {
    for (const option of ['siteKey', 'secret'] as const) {
      for (const missing of [undefined, '']) {
        const message = `${name.split(',')[0]}.${option} is missing`
        expect(() => provider({ ...keys, [option]: missing })).toThrow(message)
      }
    }
    expect(() => provider({ ...keys, hosts: [] })).toThrow(".hosts must be a list of host names such as ['app.")
    expect(() => provider({ ...keys, hosts: ['https://app.example.com'] })).toThrow('.hosts must be')
    expect(() => provider({ ...keys, host: 'x' } as object as SiteVerifyOptions)).toThrow('unknown option')
  })

  it('gives the page the site key and the script, and never the secret', async () => {
    const { auth } = testServer({ captcha: { provider: provider(keys) } })

    const answer = await (await auth.fetch(new Request('https://auth.example.com/auth/captcha'))).text()

    expect(JSON.parse(answer)).toMatchObject({
      when: 'always',
      site_key: keys.siteKey,
      script: expect.stringMatching(/^https:/),
    })
    expect(answer).not.toContain(keys.secret)
  })
})

describe.each(['turnstile', 'recaptcha, version 3'])('%s', (name) => {
  it('refuses a solution for another action', async () => {
    const { verifyUrl } = await openService({ ...right, action: 'register' })

    expect((await signInWith(services[name]!({ ...keys, verifyUrl }))).outcome).toEqual([403, 'captcha_invalid'])
  })
})

it('reCAPTCHA version 3 refuses a score below the minimum, and an answer without one', async () => {
  for (const score of [0.4, undefined, '0.9']) {
    const { verifyUrl } = await openService({ ...right, score })
    const provider = recaptcha({ ...keys, verifyUrl, minimumScore: 0.5 })
    expect((await signInWith(provider)).outcome).toEqual([403, 'captcha_invalid'])
  }
})

describe('keys that a service publishes for tests', () => {
  const published: readonly (readonly [string, (options: SiteVerifyOptions) => CaptchaProvider, object])[] = [
    ['turnstile', turnstile, { siteKey: '1x00000000000000000000AA' }],
    ['turnstile', turnstile, { secret: '1x0000000000000000000000000000000AA' }],
    ['turnstile', turnstile, { secret: '3x0000000000000000000000000000000AA' }],
    ['hcaptcha', hcaptcha, { siteKey: '10000000-ffff-ffff-ffff-000000000001' }],
    ['hcaptcha', hcaptcha, { secret: '0x0000000000000000000000000000000000000000' }],
    ['recaptcha', recaptcha, { siteKey: '6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ_MXjiZKhI' }],
    ['recaptcha', recaptcha, { secret: '6LeIxAcTAAAAAGG-vFI1TnRWxMZNFuojJ4WifJWe' }],
  ]

  it.each(published)(
    '%s: the server does not start with them in production, and does in development',
    (name, provider, key) => {
      const captcha = { provider: provider({ ...keys, ...key }) }

      expect(() => testServer({ captcha })).toThrow(`${name} has a key that its service publishes for tests`)
      expect(() => testServer({ captcha, mode: 'development' })).not.toThrow()
    },
  )
})
