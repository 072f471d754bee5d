import { mastersOf, type RedisClient } from './client.js'
import { errorFor, NotPrimaryError } from './unavailable.js'

export interface Safety {
  readonly allowEviction: boolean
  readonly durability: 'full' | 'as-configured'
}

/** What a server keeps. */
interface Configuration {
  /** What it evicts when the memory is full. */
  readonly eviction: string
  readonly appendOnly: boolean
  /** When the append-only file reaches the disk; undefined where the server does not say. */
  readonly sync: string | undefined
  /** Whether it writes snapshots; undefined where the server does not say. */
  readonly snapshots: boolean | undefined
}

/**
 * Checks each server that holds data for settings with which it would lose sessions.
 *
 * @throws Error that says what to change, where it would and may not; NotPrimaryError where it is a replica.
 */
export async function checkSafety(client: RedisClient, allowed: Safety): Promise<void> {
  // A cluster's client knows the nodes after its first command.
  await ask(client, 'ping')
  // The replicas of a cluster answer nothing themselves.
  if (!client.nodes) await refuseReplica(client)
  for (const node of mastersOf(client)) {
    const found = await configurationOf(node)
    if (!allowed.allowEviction) refuseEviction(found)
    if (allowed.durability === 'full') checkPersistence(found)
  }
}

async function refuseReplica(client: RedisClient): Promise<void> {
  if (lineOf(await ask(client, 'info', 'replication'), 'role') !== 'slave') return
  throw new NotPrimaryError('the Redis server is a replica: connect the client to the primary')
}

/** The policies named volatile-* too: what proofs and captchas have used up expires, and must not go before. */
function refuseEviction({ eviction }: Configuration): void {
  if (eviction === 'noeviction') return
  throw new Error(
    `redisStore: Redis has maxmemory-policy ${eviction || 'unknown'} and would delete sessions when its memory is full; ` +
      'set it to noeviction, or set the option allowEviction: true',
  )
}

function checkPersistence({ appendOnly, sync, snapshots }: Configuration): void {
  if (!appendOnly && snapshots === false) {
    throw new Error(
      'redisStore: Redis has neither appendonly nor save, and would lose every session when it restarts; ' +
        "set appendonly to yes, or set the option durability: 'as-configured'",
    )
  }
  if (!appendOnly) warn('Redis writes no append-only file: a crash loses every change since its last snapshot')
  else if (sync === 'no')
    warn('Redis has appendfsync no: a power failure loses what the operating system had not yet written to the disk')
}

const warned = new Set<string>()

function warn(what: string): void {
  if (warned.has(what)) return
  warned.add(what)
  process.emitWarning(`redisStore: ${what}`, { code: 'SESSIONWARD_REDIS_PERSISTENCE' })
}

/** INFO is allowed everywhere, CONFIG is not: managed services refuse it. */
async function configurationOf(node: RedisClient): Promise<Configuration> {
  const [memory, persistence, sync, save] = await Promise.all([
    ask(node, 'info', 'memory'),
    ask(node, 'info', 'persistence'),
    setting(node, 'appendfsync'),
    setting(node, 'save'),
  ])
  return {
    eviction: lineOf(memory, 'maxmemory_policy') ?? '',
    appendOnly: lineOf(persistence, 'aof_enabled') === '1',
    sync,
    snapshots: save === undefined ? undefined : save !== '',
  }
}

function lineOf(info: unknown, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(String(info))?.[1]
}

async function setting(node: RedisClient, name: string): Promise<string | undefined> {
  try {
    const pair = await node.call('config', 'get', name)
    return Array.isArray(pair) ? (pair[1] as string | undefined) : undefined
  } catch (error) {
    if ((error as Error).name === 'ReplyError') return undefined
    throw errorFor(error)
  }
}

async function ask(node: RedisClient, command: string, ...about: readonly string[]): Promise<unknown> {
  try {
    return await node.call(command, ...about)
  } catch (error) {
    throw errorFor(error)
  }
}
