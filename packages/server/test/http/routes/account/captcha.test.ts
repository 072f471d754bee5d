import type { ProofOfWorkCaptcha } from '@sessionward/protocol'
import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/sha'
import { describe, expect, it } from 'vitest'
import type { AuthServerOptions } from '../../../../src/options.js'
import { altcha } from '../../../../src/protection/captcha/altcha.js'
import type { AuthServer } from '../../../../src/server.js'
import { testServer } from '../../../harness/auth-server.js'
import { Browser, codeOf } from '../../../harness/browser.js'
import { passwordOf } from '../../../harness/people.js'

/** Little to compute, for what is not about work. */
const provider = altcha({ work: 1000 })
const ann = { username: 'ann', password: passwordOf('ann') }
const wrong = { ...ann, password: 'wrong' }

async function challengeOf(auth: AuthServer, action = 'signIn'): Promise<ProofOfWorkCaptcha> {
  const response = await auth.fetch(new Request(`https://auth.example.com/auth/captcha?action=${action}`))
  if (response.status !== 200) throw new Error(`the challenge was answered ${response.status}`)
  return (await response.json()) as ProofOfWorkCaptcha
}

type Challenge = Parameters<typeof solveChallenge>[0]['challenge']

/** Solves as the widget of ALTCHA does. */
async function solve({ parameters, signature }: ProofOfWorkCaptcha): Promise<string> {
  const challenge = { parameters, signature } as unknown as Challenge
  const solution = await solveChallenge({ challenge, deriveKey })
  return encode({ challenge, solution })
}

function encode(payload: object): string {
  return Buffer.from(JSON.stringify(payload)).toString('base64')
}

function decode(captcha: string) {
  return JSON.parse(Buffer.from(captcha, 'base64').toString()) as {
    challenge: { parameters: Record<string, unknown> & { nonce: string; salt: string; data: object }; signature: string }
    solution: { counter: number; derivedKey: string }
  }
}

async function answerTo(auth: AuthServer, path: string, body: object) {
  const response = await new Browser(auth).post(path, body)
  return [response.status, response.ok ? undefined : await codeOf(response)]
}

describe('sign-in behind a captcha', () => {
  it('needs a solved captcha, which counts once', async () => {
    const { auth } = testServer({ captcha: { provider } })
    const captcha = await solve(await challengeOf(auth))

    expect(await answerTo(auth, '/auth/login', ann)).toEqual([403, 'captcha_required'])
    expect(await answerTo(auth, '/auth/login', { ...ann, captcha: '' })).toEqual([403, 'captcha_required'])
    expect(await answerTo(auth, '/auth/login', { ...ann, captcha })).toEqual([200, undefined])
    expect(await answerTo(auth, '/auth/login', { ...ann, captcha })).toEqual([403, 'captcha_invalid'])
  })
})
