import { createHash } from 'node:crypto'
import type { Owner } from '../store.js'

/** Index entries are spread over so many keys, so that none grows to the size of the whole store. */
export const shards = 16

/**
 * The names of all keys. What is in braces decides the slot of a cluster: keys that one script touches have the same there. No
 * string from outside is part of a name unless {@link encoded}.
 */
export function namesUnder(prefix: string) {
  const log = `${prefix}:{revocations}`
  return {
    session: (id: string) => `${prefix}:{session:${encoded(id)}}`,
    /** The sessions of an owner, by its {@link ownerName}. */
    sessionsOf: (owner: string) => `${prefix}:{owner:${owner}}:sessions`,
    /** The last ordinal of an owner, and the id of its session. */
    ordinalOf: (owner: string) => `${prefix}:{owner:${owner}}:ordinal`,
    /** When to look whether a session is over. */
    sweep: (shard: number) => `${prefix}:{sweep:${shard}}`,
    revocations: {
      epoch: `${log}:epoch`,
      /** In the order of the scripts. */
      log: [`${log}:written`, `${log}:expiring`, `${log}:entries`, `${log}:sequence`],
    },
    account: (owner: Owner) => `${prefix}:{account:${ownerName(owner)}}`,
    username: (tenant: string, key: string) => `${prefix}:{username:${encoded(tenant)}.${encoded(key)}}`,
    scope: (value: string) => `${prefix}:{scope:${encoded(value)}}`,
    keys: { origins: `${prefix}:{keys}:origins`, states: `${prefix}:{keys}:states`, taken: `${prefix}:{keys}:taken` },
    counter: (key: string) => `${prefix}:{counter:${encoded(key)}}`,
    oneTimeValue: (value: string) => `${prefix}:{once:${encoded(value)}}`,
    event: (id: string) => `${prefix}:{event:${encoded(id)}}`,
    events: (shard: number) => `${prefix}:{events:${shard}}`,
    eventsOf: (owner: string) => `${prefix}:{owner:${owner}}:events`,
    channel: `${prefix}:revocations`,
  }
}

export type Names = ReturnType<typeof namesUnder>

/** One string for both, which no other owner has. */
export function ownerName({ tenant, subject }: Owner): string {
  return `${encoded(tenant)}.${encoded(subject)}`
}

const plain = /^[A-Za-z0-9_-]{0,64}$/

/** A different name for each string, without characters that have a meaning in a key: braces, dots and colons. */
function encoded(value: string): string {
  return plain.test(value) ? value : `~${createHash('sha256').update(value).digest('base64url')}`
}

/** Which of the {@link shards} holds the index entry of an id. */
export function shardOf(id: string): number {
  let sum = 0
  for (let index = 0; index < id.length; index++) sum = (sum * 31 + id.charCodeAt(index)) % 65_521
  return sum % shards
}
