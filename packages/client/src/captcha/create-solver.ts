import type { CaptchaAnswer, ProofOfWorkCaptcha } from '@sessionward/protocol'
import { CaptchaError } from './captcha-error.js'
import type { Solver } from './captcha-solver.js'
import type { CaptchaSource } from './captcha-source.js'
import { solveProofOfWork } from './proof-of-work.js'
import { widgetSolver } from './widget-solver.js'

export interface SolverParts {
  readonly source: CaptchaSource
  /** Where a service draws its widget. */
  readonly place: HTMLElement
  readonly language: string
}

/** @throws CaptchaError `unsupported` for a kind that this version does not know. */
export function createSolver(answer: CaptchaAnswer, { source, place, language }: SolverParts): Solver {
  return answer.kind === 'altcha' ? proofOfWorkSolver(answer, source) : widgetSolver(answer, place, language)
}

/** Seconds before its expiry that a challenge counts as expired, for the duration of the request. */
const expiryMargin = 5

function proofOfWorkSolver(first: ProofOfWorkCaptcha, source: CaptchaSource): Solver {
  let fresh: ReceivedChallenge | undefined = receivedNow(first)
  return {
    by: 'itself',
    async solve(signal) {
      // Of one that has expired while it was solved, one new challenge: a circle would never end on a slow device.
      for (let attempt = 0; attempt < 2; attempt++) {
        const challenge: ReceivedChallenge =
          fresh && secondsLeft(fresh) > 0 ? fresh : receivedNow(await reload(source, signal))
        fresh = undefined
        const response = await solveProofOfWork(challenge.answer, signal, () => secondsLeft(challenge) <= 0)
        if (response !== undefined) return { response, expiresIn: Math.max(0, secondsLeft(challenge)) }
      }
      throw new CaptchaError('timeout')
    },
    remove() {},
  }
}

interface ReceivedChallenge {
  readonly answer: ProofOfWorkCaptcha
  readonly at: number
}

/** Stores the local time of receipt, because the lifetime is relative. */
function receivedNow(answer: ProofOfWorkCaptcha): ReceivedChallenge {
  return { answer, at: performance.now() }
}

function secondsLeft({ answer, at }: ReceivedChallenge): number {
  return answer.expires_in - Math.min(expiryMargin, answer.expires_in / 2) - (performance.now() - at) / 1000
}

async function reload(source: CaptchaSource, signal: AbortSignal): Promise<ProofOfWorkCaptcha> {
  const answer = await source.load(signal)
  if (answer?.kind === 'altcha') return answer
  throw new CaptchaError('unsupported')
}
