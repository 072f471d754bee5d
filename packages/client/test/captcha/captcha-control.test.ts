import type { CaptchaAnswer } from '@sessionward/protocol'
import { expect, it } from 'vitest'
import { createControl } from '../../src/captcha/captcha-control.js'

it('a request that waits when the control is removed is cancelled, also before the challenge is there', async () => {
  const { control, arrive } = waiting()
  const value = control.value()

  control.remove()
  arrive()

  await expect(value).rejects.toMatchObject({ name: 'CaptchaError', code: 'cancelled' })
})

it('is solved at once where the form was used before the server had answered', async () => {
  const { control, arrive } = waiting()

  control.start()
  arrive()

  await expect.poll(() => control.state).toBe('working')
})

it('waits for the person where nobody has used the form', async () => {
  const { control, arrive } = waiting()

  arrive()

  await expect.poll(() => control.state).toBe('idle')
})

/** A control whose server has not answered yet, and whose captcha is never solved. */
function waiting() {
  let answered!: (answer: CaptchaAnswer) => void
  const answer = new Promise<CaptchaAnswer>((resolve) => {
    answered = resolve
  })
  const control = createControl({
    source: { load: () => answer },
    deadline: 120,
    createSolver: () => ({ by: 'itself', solve: () => new Promise<never>(() => {}), remove() {} }),
    onState() {},
  })
  const arrive = () => answered({ kind: 'turnstile', action: 'signIn', when: 'always', site_key: 'key', script: '' })
  return { control, arrive }
}
