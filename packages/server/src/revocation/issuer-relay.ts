import type { Relay } from '../store/store.js'

/**
 * Restricts the relay of a shared cache to one auth server. The epoch of the store is not enough, because a copy of a database has
 * the same epoch.
 */
export function createIssuerRelay(issuer: string, relay: Relay): Relay {
  const prefix = `${issuer} `
  return {
    announce: (entries, epoch) => relay.announce(entries, prefix + epoch),
    listen: (listener) =>
      relay.listen({
        receive(entries, name) {
          if (name.startsWith(prefix)) listener.receive(entries, name.slice(prefix.length))
        },
        live: (arriving) => listener.live(arriving),
      }),
  }
}
