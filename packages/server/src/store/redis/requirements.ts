import { mastersOf, type RedisClient } from './client.js'
import { failureOf, NotPrimaryError } from './errors.js'

interface Requirements {
  readonly allowEviction: boolean
  readonly durability: 'full' | 'as-configured'
}

/**
 * Checks each server that holds data for settings with which it would lose sessions.
 *
 * @throws Error that says what to change; NotPrimaryError on a replica, which may be promoted.
 */
export async function checkServer(client: RedisClient, { allowEviction, durability }: Requirements): Promise<void> {
  // The client of a cluster knows the nodes after its first command.
  await send(client, 'ping')
  // The replicas of a cluster redirect every command.
  if (!client.nodes && lineOf(await send(client, 'info', 'replication'), 'role') === 'slave')
    throw new NotPrimaryError('the Redis server is a replica: connect the client to the primary')
  for (const node of mastersOf(client)) {
    // INFO is allowed everywhere; managed services refuse CONFIG.
    const [memory, persistence, appendfsync, save] = await Promise.all([
      send(node, 'info', 'memory'),
      send(node, 'info', 'persistence'),
      settingOf(node, 'appendfsync'),
      settingOf(node, 'save'),
    ])
    if (!allowEviction) checkEviction(lineOf(memory, 'maxmemory_policy'))
    if (durability === 'full') checkPersistence(lineOf(persistence, 'aof_enabled') === '1', appendfsync, save)
  }
}

/** The policies named volatile-* too: used proofs and captchas expire, and must not be deleted before. */
function checkEviction(policy: string | undefined): void {
  if (policy === 'noeviction') return
  throw new Error(
    `redisStore: Redis has maxmemory-policy ${policy || 'unknown'} and would delete sessions when its memory is full; ` +
      'set it to noeviction, or set the option allowEviction: true',
  )
}

/** A setting that the server does not disclose is undefined, and presumed good. */
function checkPersistence(appendonly: boolean, appendfsync: string | undefined, save: string | undefined): void {
  if (!appendonly && save === '') {
    throw new Error(
      'redisStore: Redis has neither appendonly nor save, and would lose every session when it restarts; ' +
        "set appendonly to yes, or set the option durability: 'as-configured'",
    )
  }
  if (!appendonly) warnOnce('Redis writes no append-only file: a crash loses every change since its last snapshot')
  else if (appendfsync === 'no')
    warnOnce(
      'Redis has appendfsync no: a power failure loses what the operating system had not yet written to the disk',
    )
}

const warnings = new Set<string>()

function warnOnce(warning: string): void {
  if (warnings.has(warning)) return
  warnings.add(warning)
  process.emitWarning(`redisStore: ${warning}`, { code: 'SESSIONWARD_REDIS_PERSISTENCE' })
}

function lineOf(info: unknown, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(String(info))?.[1]
}

async function settingOf(node: RedisClient, name: string): Promise<string | undefined> {
  try {
    const pair = await node.call('config', 'get', name)
    return Array.isArray(pair) ? (pair[1] as string | undefined) : undefined
  } catch (error) {
    if ((error as Error).name === 'ReplyError') return undefined
    throw failureOf(error)
  }
}

async function send(node: RedisClient, command: string, ...args: readonly string[]): Promise<unknown> {
  try {
    return await node.call(command, ...args)
  } catch (error) {
    throw failureOf(error)
  }
}
