import { createHash } from 'node:crypto'
import type { Owner } from '../store.js'

/** Index entries are spread over so many keys, so that none grows to the size of the whole store. */
export const shards = 16

/**
 * The names of all keys. What stands in braces decides the slot of a cluster: keys that one script touches have the same
 * there. No text from outside stands in a name as it is, but in the form that {@connection encoded} gives it.
 */
export function namesUnder(prefix: string) {
  return {
    session: (id: string) => `${prefix}:{session:${encoded(id)}}`,
    /** The sessions of an owner, by its {@connection ownerName}. */
    sessionsOf: (owner: string) => `${prefix}:{owner:${owner}}:sessions`,
    /** The last ordinal of an owner, and the id of its session. */
    ordinalOf: (owner: string) => `${prefix}:{owner:${owner}}:ordinal`,
    /** When to look whether a session is over. */
    sweep: (shard: number) => `${prefix}:{sweep:${shard}}`,
    /** All in one slot: the log is read and written as a whole, on one clock. */
    revocations: revocationNames(`${prefix}:{revocations}`),
    account: (owner: Owner) => `${prefix}:{account:${ownerName(owner)}}`,
    username: (tenant: string, key: string) => `${prefix}:{username:${encoded(tenant)}.${encoded(key)}}`,
    scope: (word: string) => `${prefix}:{scope:${encoded(word)}}`,
    keys: { facts: `${prefix}:{keys}:facts`, states: `${prefix}:{keys}:states`, taken: `${prefix}:{keys}:taken` },
    counter: (key: string) => `${prefix}:{counter:${encoded(key)}}`,
    oneTimeValue: (value: string) => `${prefix}:{once:${encoded(value)}}`,
    event: (id: string) => `${prefix}:{event:${encoded(id)}}`,
    events: (shard: number) => `${prefix}:{events:${shard}}`,
    eventsOf: (owner: string) => `${prefix}:{owner:${owner}}:events`,
    channel: `${prefix}:revocations`,
  }
}

export type Names = ReturnType<typeof namesUnder>

function revocationNames(log: string) {
  return {
    epoch: `${log}:epoch`,
    /** In this order the scripts of the log take them. */
    log: [`${log}:written`, `${log}:expiring`, `${log}:entries`, `${log}:sequence`],
  }
}

/** One text for both, which no other owner has. */
export function ownerName({ tenant, subject }: Owner): string {
  return `${encoded(tenant)}.${encoded(subject)}`
}

const plain = /^[A-Za-z0-9_-]{0,64}$/

/** A text that has no meaning to Redis, neither braces nor dots nor colons, and is another for each text. */
function encoded(text: string): string {
  return plain.test(text) ? text : `~${createHash('sha256').update(text).digest('base64url')}`
}

/** In which of the {@connection shards} the index entry of an id stands. */
export function shardOf(id: string): number {
  let sum = 0
  for (let index = 0; index < id.length; index++) sum = (sum * 31 + id.charCodeAt(index)) % 65_521
  return sum % shards
}
