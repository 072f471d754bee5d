import type { CaptchaAnswer, ProofOfWorkCaptcha } from '@sessionward/protocol'
import { expect, it } from 'vitest'
import { createSolver } from '../../src/captcha/create-solver.js'

const hex = '00'.repeat(16)

/** A challenge that cannot be solved within its life, or at once: all zeros have no such prefix, or any has it. */
function challenge(expiresIn: number, keyPrefix: string): ProofOfWorkCaptcha {
  const parameters = { algorithm: 'SHA-256', cost: 1, keyLength: 32, keyPrefix, salt: hex, nonce: hex }
  return { kind: 'altcha', action: 'signIn', when: 'always', expires_in: expiresIn, parameters, signature: 'signed' }
}

const unsolvable = 'ff'.repeat(16)
const easy = '00'

function setUp(first: CaptchaAnswer, next: CaptchaAnswer) {
  let loads = 0
  const source = {
    load: async () => {
      loads++
      return next
    },
  }
  const solver = createSolver(first, { source, place: {} as HTMLElement, language: 'en' })
  return { solve: () => solver.solve(new AbortController().signal), loads: () => loads }
}

it('a challenge that expires while it is solved is followed by one new one, which is solved', async () => {
  const { solve, loads } = setUp(challenge(0.1, unsolvable), challenge(300, easy))

  const { response, expiresIn } = await solve()

  expect(JSON.parse(atob(response)).solution.derivedKey).toMatch(/^00[0-9a-f]{62}$/)
  expect(expiresIn).toBeGreaterThan(200)
  expect(loads()).toBe(1)
})

it('where the new one expires too it gives up, and does not go round in a circle', async () => {
  const { solve, loads } = setUp(challenge(0.1, unsolvable), challenge(0.1, unsolvable))

  await expect(solve()).rejects.toMatchObject({ name: 'CaptchaError', code: 'timeout' })

  expect(loads()).toBe(1)
})

it('each request has a challenge of its own', async () => {
  const { solve, loads } = setUp(challenge(300, easy), challenge(300, easy))

  await solve()
  await solve()
  await solve()

  expect(loads()).toBe(2)
})

it('a captcha that this version does not know is an error in words', () => {
  const unknown = { kind: 'puzzle', action: 'signIn', when: 'always', site_key: 'key', script: '' }

  expect(() => setUp(unknown as unknown as CaptchaAnswer, challenge(300, easy))).toThrow('unsupported')
})
