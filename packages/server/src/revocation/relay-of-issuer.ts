import type { Relay } from '../store/store.js'

/**
 * The relay of a cache, for one of the auth servers that share it. The epoch of the store does not suffice to keep them apart:
 * a copy of a database has the same epoch.
 */
export function relayOfIssuer(issuer: string, relay: Relay): Relay {
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
