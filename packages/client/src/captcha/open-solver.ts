import type { CaptchaAnswer, ProofOfWorkCaptcha } from '@sessionward/protocol'
import { CaptchaError } from './captcha-error.js'
import type { CaptchaSource } from './captcha-source.js'
import { solveProofOfWork } from './proof-of-work.js'
import type { Solver } from './solver.js'
import { widgetSolver } from './widget.js'

export interface SolverParts {
  readonly source: CaptchaSource
  /** Where a service draws its widget. */
  readonly place: HTMLElement
  readonly language: string
}

/** @throws CaptchaError `unsupported` for a kind that this version does not know. */
export function solverOf(answer: CaptchaAnswer, { source, place, language }: SolverParts): Solver {
  return answer.kind === 'altcha' ? proofOfWorkSolver(answer, source) : widgetSolver(answer, place, language)
}

/** Seconds before its end that a challenge counts as expired: the request takes its time, too. */
const margin = 5

function proofOfWorkSolver(first: ProofOfWorkCaptcha, source: CaptchaSource): Solver {
  let fresh: Received | undefined = received(first)
  return {
    by: 'itself',
    async solve(signal) {
      // Of one that has expired while it was solved, one new challenge: a circle would never end on a slow device.
      for (let attempt = 0; attempt < 2; attempt++) {
        const challenge: Received = fresh && left(fresh) > 0 ? fresh : received(await reload(source, signal))
        fresh = undefined
        const response = await solveProofOfWork(challenge.answer, signal, () => left(challenge) <= 0)
        if (response !== undefined) return { response, expiresIn: Math.max(0, left(challenge)) }
      }
      throw new CaptchaError('timeout')
    },
    remove() {},
  }
}

interface Received {
  readonly answer: ProofOfWorkCaptcha
  readonly at: number
}

/** The server says how long it lives; the browser's clock does not matter. */
function received(answer: ProofOfWorkCaptcha): Received {
  return { answer, at: performance.now() }
}

function left({ answer, at }: Received): number {
  return answer.expires_in - Math.min(margin, answer.expires_in / 2) - (performance.now() - at) / 1000
}

async function reload(source: CaptchaSource, signal: AbortSignal): Promise<ProofOfWorkCaptcha> {
  const answer = await source.load(signal)
  if (answer?.kind === 'altcha') return answer
  throw new CaptchaError('unsupported')
}
