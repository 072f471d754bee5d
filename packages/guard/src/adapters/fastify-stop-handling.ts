/**
 * A hook that has sent a response returns this pending promise, so that no handler runs. Returning the reply is not enough: it
 * resolves when the connection closes, and if the client disconnects during a slow `onSend` hook, nothing has been sent by
 * then and Fastify would call the handler.
 */
export function stopHandling(): Promise<never> {
  return new Promise(() => {})
}
