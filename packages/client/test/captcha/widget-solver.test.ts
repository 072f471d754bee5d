import { expect, it, onTestFinished, vi } from 'vitest'
import { widgetSolver } from '../../src/captcha/widget-solver.js'

const captcha = {
  kind: 'recaptcha-v3',
  action: 'signIn',
  when: 'always',
  site_key: 'key',
  script: 'https://example.com/api.js',
} as const

it('a service that never answers is given up when the captcha is cancelled', async () => {
  vi.stubGlobal('window', { grecaptcha: { ready() {} } })
  onTestFinished(() => void vi.unstubAllGlobals())
  const stop = new AbortController()
  const cancelled = new Error('cancelled')
  const solved = widgetSolver(captcha, {} as HTMLElement, 'en').solve(stop.signal)

  stop.abort(cancelled)

  await expect(solved).rejects.toBe(cancelled)
})
