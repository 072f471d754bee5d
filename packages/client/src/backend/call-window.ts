/**
 * Whether a request that begins now is part of a call to the backend: one that the application's function sends before the
 * next task, also through interceptors. Other requests begin in tasks of their own.
 */
export interface CallWindow {
  isOpen(): boolean
  /** The next task closes it. @returns a function that closes it before. */
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

/** Not a timer: browsers delay those of hidden pages. */
function nextTask(call: () => void): void {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    call()
  }
  port2.postMessage(undefined)
}
