import type { Relay } from '../store/store.js'

/**
 * The relay of a cache, for one of the auth servers that have it. Stores alone do not tell them apart: where a database was
 * copied, for a trial of something, the copy has its name.
 */
export function relayOfIssuer(issuer: string, relay: Relay): Relay {
  const mark = `${issuer} `
  return {
    announce: (entries, epoch) => relay.announce(entries, mark + epoch),
    listen: (listener) =>
      relay.listen({
        receive(entries, name) {
          if (name.startsWith(mark)) listener.receive(entries, name.slice(mark.length))
        },
        live: (arriving) => listener.live(arriving),
      }),
  }
}
