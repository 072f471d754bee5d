import { memoryStore } from '../../src/store/memory/index.js'
import { type Store, StoreUnavailableError } from '../../src/store/store.js'

/** A real store on a clock of ours; `dispose` closes it and removes its files. */
export interface TestStore {
  readonly store: Store
  dispose(): Promise<void>
}

export interface Driver {
  readonly name: string
  open(now: () => number): TestStore
}

export const memoryDriver: Driver = {
  name: 'memory',
  open(now) {
    const store = memoryStore({ now })
    return { store, dispose: () => store.close() }
  },
}

/** Wraps the real store. A test can make it unavailable, or have it run code first. */
export interface Interposed {
  readonly store: Store
  /** While set, every verb rejects as an unreachable database does. */
  away: boolean
  /** Runs before a verb, such as `sessions.confirm`; what it throws is the verb's answer. */
  before: ((verb: string, args: readonly unknown[]) => Promise<void> | void) | undefined
  /** Stands around a verb and sees its answer. */
  around: ((verb: string, args: readonly unknown[], go: () => Promise<unknown>) => Promise<unknown>) | undefined
  /** Names of the verbs that were called, in order. */
  readonly calls: string[]
}

export function interpose(store: Store): Interposed {
  const interposed: Interposed = {
    store: undefined as never,
    away: false,
    before: undefined,
    around: undefined,
    calls: [],
  }
  const wrap = <T extends object>(part: T, path: string): T =>
    new Proxy(part, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        const verb = path === '' ? String(name) : `${path}.${String(name)}`
        if (typeof member === 'object' && member !== null) return wrap(member as object, verb)
        if (typeof member !== 'function') return member
        return async (...args: unknown[]) => {
          interposed.calls.push(verb)
          if (interposed.away && verb !== 'close')
            throw new StoreUnavailableError('the test made the store unavailable')
          await interposed.before?.(verb, args)
          const go = () => member.apply(target, args)
          return interposed.around ? interposed.around(verb, args, go) : go()
        }
      },
    })
  return Object.assign(interposed, { store: wrap(store, '') })
}

/** The store runs the call, but its answer is lost; until `around` is removed. */
export function loseAnswers(stored: Interposed, ...verbs: readonly string[]): void {
  stored.around = async (verb, _args, go) => {
    const answer = await go()
    if (verbs.includes(verb)) throw new StoreUnavailableError('the answer was lost')
    return answer
  }
}
