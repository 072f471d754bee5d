import type { CaptchaAnswer } from '@sessionward/protocol'
import { CaptchaError } from './captcha-error.js'
import type { Solver } from './captcha-solver.js'
import type { CaptchaSource } from './captcha-source.js'

/** What a person sees. `hidden`: no captcha is needed, or not known to be. */
export type CaptchaState = 'hidden' | 'idle' | 'working' | 'solved' | 'expired' | 'failed'

export interface Control {
  readonly state: CaptchaState
  /** Before the server has said what it asks for: as soon as it has. */
  start(): void
  /** Solves another one, whatever is solved. */
  restart(): void
  cancel(): void
  /** The server has refused a request without a captcha. */
  require(): void
  value(): Promise<string | undefined>
  /** A request that waits is rejected with CaptchaError `cancelled`. */
  remove(): void
}

export interface ControlParts {
  readonly source: CaptchaSource
  /** Seconds. */
  readonly deadline: number
  createSolver(answer: CaptchaAnswer): Solver
  onState(state: CaptchaState, solver: Solver | undefined, error: unknown): void
}

/** Which captcha the server requires. */
interface Requirement {
  readonly when: CaptchaAnswer['when'] | 'never'
  readonly solver: Solver | undefined
}

/** Solves ahead of time, hands each response out once, and keeps the state that a person sees. */
export function createControl({ source, deadline, createSolver, onState }: ControlParts): Control {
  let removed = false
  let state: CaptchaState = 'hidden'
  let requirement: Requirement | undefined
  let loading: Promise<Requirement> | undefined
  let required = false
  let started = false
  let running: { readonly done: Promise<void>; readonly stop: AbortController } | undefined
  let solved: { readonly response: string; readonly timer: ReturnType<typeof setTimeout> } | undefined

  const set = (next: CaptchaState, error?: unknown) => {
    if (removed || next === state) return
    state = next
    onState(state, requirement?.solver, error)
  }
  const isNeeded = () => requirement?.when === 'always' || (requirement?.when === 'sometimes' && required)

  /** Concurrent callers share one request; its result is cached. */
  const loadOnce = () => {
    loading ??= load().finally(() => {
      loading = undefined
    })
    return loading
  }
  const load = async (): Promise<Requirement> => {
    if (requirement) return requirement
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(new CaptchaError('timeout')), deadline * 1000)
    const answer = await source.load(stop.signal).finally(() => clearTimeout(timer))
    requirement = answer ? { when: answer.when, solver: createSolver(answer) } : { when: 'never', solver: undefined }
    if (isNeeded()) {
      set('idle')
      if (started || requirement.solver?.by === 'person') run()
    }
    return requirement
  }

  const run = (shown: CaptchaState = 'working') => {
    const solver = requirement?.solver
    if (!solver || running || solved || removed) return
    const stop = new AbortController()
    // No deadline for a person who solves a task, except while a request waits for it.
    const timer = solver.by === 'itself' && setTimeout(() => stop.abort(new CaptchaError('timeout')), deadline * 1000)
    set(shown)
    const done = solver.solve(stop.signal).then(
      ({ response, expiresIn }) => {
        running = undefined
        if (timer) clearTimeout(timer)
        solved = { response, timer: setTimeout(expire, expiresIn * 1000) }
        set('solved')
      },
      (error) => {
        running = undefined
        if (timer) clearTimeout(timer)
        set(isCancelled(error) ? 'idle' : 'failed', error)
        throw error
      },
    )
    done.catch(() => {})
    running = { done, stop }
  }
  const discard = () => {
    clearTimeout(solved?.timer)
    solved = undefined
  }
  const expire = () => {
    discard()
    set('expired')
    // What a person solves stays in the page, and may be solved again at any time.
    if (requirement?.solver?.by === 'person') run('expired')
  }
  const takeResponse = (): string | undefined => {
    const response = solved?.response
    discard()
    if (response !== undefined) set('idle')
    return response
  }

  loadOnce().catch(() => {})
  return {
    get state() {
      return state
    },
    start() {
      started = true
      if (isNeeded()) run()
    },
    restart() {
      discard()
      if (isNeeded()) run()
    },
    cancel: () => running?.stop.abort(new CaptchaError('cancelled')),
    require() {
      required = true
      discard()
      // The server asks for one after all.
      if (requirement?.when === 'never') requirement = undefined
    },
    async value() {
      await loadOnce()
      for (const until = performance.now() + deadline * 1000; isNeeded(); ) {
        // Otherwise this loop would never end.
        if (removed) throw new CaptchaError('cancelled')
        const response = takeResponse()
        if (response !== undefined) return response
        run()
        const timer = setTimeout(
          () => running?.stop.abort(new CaptchaError('timeout')),
          Math.max(0, until - performance.now()),
        )
        await running?.done.finally(() => clearTimeout(timer))
      }
      return undefined
    },
    remove() {
      removed = true
      running?.stop.abort(new CaptchaError('cancelled'))
      discard()
      requirement?.solver?.remove()
    },
  }
}

function isCancelled(error: unknown): boolean {
  return error instanceof CaptchaError && error.code === 'cancelled'
}
