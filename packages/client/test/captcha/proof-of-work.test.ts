import { createHash, randomBytes } from 'node:crypto'
import type { ProofOfWorkCaptcha } from '@sessionward/protocol'
import { createChallenge, verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/sha'
import { expect, it } from 'vitest'
import { solveProofOfWork } from '../../src/captcha/proof-of-work.js'
import { Sha256Block } from '../../src/captcha/sha256.js'

const hmacSignatureSecret = 'a secret of the test'

async function challengeOf(options: object = {}): Promise<ProofOfWorkCaptcha> {
  const made = await createChallenge({
    algorithm: 'SHA-256',
    cost: 1,
    counter: 3000,
    deriveKey,
    hmacSignatureSecret,
    ...options,
  })
  const { parameters, signature } = JSON.parse(JSON.stringify(made)) as ProofOfWorkCaptcha
  return { kind: 'altcha', action: 'signIn', when: 'always', expires_in: 300, parameters, signature }
}

function untouched(): AbortSignal {
  return new AbortController().signal
}

it('SHA-256 of each length up to one block is that of node:crypto', () => {
  for (let length = 4; length <= 55; length++) {
    const message = randomBytes(length)
    const block = new Sha256Block(length)
    for (const [position, byte] of message.subarray(0, -4).entries()) block.set(position, byte)
    block.setLastWord(message.readInt32BE(length - 4))
    block.run()
    expect(block.hex()).toBe(createHash('sha256').update(message).digest('hex'))
  }
})

it.each([
  ['the number that the server drew', {}],
  ['any number with a short prefix', { counter: undefined, keyPrefix: '0a' }],
])('altcha-lib accepts what the page computes: %s', async (_, options) => {
  const challenge = await challengeOf(options)

  const solved = await solveProofOfWork(challenge, untouched())

  const payload = JSON.parse(atob(solved!)) as Pick<Parameters<typeof verifySolution>[0], 'challenge' | 'solution'>
  expect(await verifySolution({ ...payload, deriveKey, hmacSignatureSecret })).toMatchObject({ verified: true })
})

it('work in the page lets other tasks run, and ends when it is aborted', async () => {
  const challenge = await challengeOf({ counter: 4_000_000_000 })
  const stop = new AbortController()
  const solving = solveProofOfWork(challenge, stop.signal)
  let turns = 0
  const others = setInterval(() => turns++, 1)

  await expect.poll(() => turns).toBeGreaterThan(5)
  stop.abort(new Error('enough'))

  await expect(solving).rejects.toThrow('enough')
  clearInterval(others)
})

it.each([
  ['another algorithm', { algorithm: 'PBKDF2/SHA-256' }],
  ['a hash of a hash', { cost: 2 }],
  ['a prefix that is no hexadecimal number', { keyPrefix: 'zz' }],
])('a challenge with %s is refused and not searched for ever', async (_, change) => {
  const challenge = await challengeOf()
  const other = { ...challenge, parameters: { ...challenge.parameters, ...change } }

  await expect(solveProofOfWork(other, untouched())).rejects.toMatchObject({ code: 'unsupported' })
})
