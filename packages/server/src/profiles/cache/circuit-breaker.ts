/** Consecutive failures after which the circuit opens. */
const failureThreshold = 3

/** Milliseconds for which calls are refused then. */
const openDuration = 5000

/** Runs calls while they succeed, and refuses them immediately for a while after repeated failures. */
export interface CircuitBreaker {
  /** @throws what the call throws; Error while the circuit is open. */
  run<T>(call: () => Promise<T>): Promise<T>
}

/**
 * Without it, each request to a hanging service would wait for the whole timeout. With it only the first few do, and then one trial
 * call every five seconds.
 *
 * @param now A monotonic clock in milliseconds. For tests.
 */
export function createCircuitBreaker(now: () => number = () => performance.now()): CircuitBreaker {
  let failures = 0
  let openUntil = 0
  let isTrialRunning = false

  return {
    async run(call) {
      if (failures >= failureThreshold) {
        if (isTrialRunning || now() < openUntil) throw new Error('not tried: the latest calls have failed')
        isTrialRunning = true
      }
      try {
        const answer = await call()
        failures = 0
        return answer
      } catch (error) {
        failures++
        openUntil = now() + openDuration
        throw error
      } finally {
        // After any call: a failure has extended the open period, and a success has closed the circuit.
        isTrialRunning = false
      }
    },
  }
}
