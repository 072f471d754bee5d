/**
 * What a hook returns once it has answered: a promise that stays pending, so that no handler runs. The reply itself, returned,
 * resolves when the connection closes. If the client leaves while a slow `onSend` hook holds the answer back, nothing has been
 * sent by then, and Fastify would go on to the handler.
 */
export function answered(): Promise<never> {
  return new Promise(() => {})
}
