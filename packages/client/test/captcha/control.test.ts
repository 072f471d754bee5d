import type { CaptchaAnswer } from '@sessionward/protocol'
import { expect, it } from 'vitest'
import { createControl } from '../../src/captcha/control.js'

it('a request that waits when the control is removed is cancelled, also before the challenge is there', async () => {
  let arrive!: (answer: CaptchaAnswer) => void
  const answer = new Promise<CaptchaAnswer>((resolve) => {
    arrive = resolve
  })
  const control = createControl({
    source: { load: () => answer },
    deadline: 120,
    solverOf: () => ({ by: 'itself', solve: () => new Promise<never>(() => {}), remove() {} }),
    onState() {},
  })
  const value = control.value()

  control.remove()
  arrive({ kind: 'turnstile', action: 'signIn', when: 'always', site_key: 'key', script: '' })

  await expect(value).rejects.toMatchObject({ name: 'CaptchaError', code: 'cancelled' })
})
