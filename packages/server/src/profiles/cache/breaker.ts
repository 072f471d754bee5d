/** After so many failures in a row there is no use in trying each time. */
const failuresInARow = 3

/** Milliseconds for which nothing is tried then. */
const pause = 5000

/** Lets calls through while they succeed, and refuses them at once for a while after they have failed again and again. */
export interface Breaker {
  /** @throws what the call throws; Error at once while nothing is tried. */
  run<T>(call: () => Promise<T>): Promise<T>
}

/**
 * A service that hangs costs each request the time that it is waited for. With a breaker it costs that a few times, and then
 * one request in five seconds: the trial, on which all depends.
 *
 * @param now Milliseconds on a clock that only goes forwards. For tests.
 */
export function createBreaker(now: () => number = () => performance.now()): Breaker {
  let failures = 0
  let restsUntil = 0
  let trying = false

  return {
    async run(call) {
      if (failures >= failuresInARow) {
        if (trying || now() < restsUntil) throw new Error('not tried: the latest calls have failed')
        trying = true
      }
      try {
        const answer = await call()
        failures = 0
        return answer
      } catch (error) {
        failures++
        restsUntil = now() + pause
        throw error
      } finally {
        // Whichever call this was: if it failed, the rest begins anew, and if not, there is no more need of a trial.
        trying = false
      }
    },
  }
}
