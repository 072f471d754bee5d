/**
 * Whether a request that begins now is part of a call to the backend: what the application's function sends before the next
 * task, through whatever interceptors. Requests of others begin in tasks of their own.
 */
export interface CallWindow {
  isOpen(): boolean
  /** @returns a function that closes it, if the next task has not. */
  open(): () => void
}

export function createCallWindow(): CallWindow {
  let calls = 0
  return {
    isOpen: () => calls > 0,
    open() {
      calls++
      let closed = false
      const close = () => {
        if (!closed) calls--
        closed = true
      }
      nextTask(close)
      return close
    },
  }
}

/** Timers of hidden pages are late. */
function nextTask(call: () => void): void {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    call()
  }
  port2.postMessage(undefined)
}
