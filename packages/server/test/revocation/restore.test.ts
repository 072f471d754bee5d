import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { startOwnService } from '../../../../scripts/services/start.mjs'
import { completeRestore, isRecoveryDeclared } from '../../src/revocation/restore.js'
import { memoryStore } from '../../src/store/memory/index.js'
import { postgresStore } from '../../src/store/postgres/index.js'
import { sqliteStore } from '../../src/store/sqlite/index.js'
import type { Store } from '../../src/store/store.js'
import { testServer } from '../harness/auth-server.js'
import { Holder } from '../harness/holder.js'
import { dump, restore } from '../harness/postgres-backup.js'
import { testSecrets } from '../harness/secrets.js'
import { chosen } from '../harness/services.js'

/** A database that can be copied away and brought back, as an operator does it, with nobody connected. */
interface Restorable {
  open(): Store
  backUp(): Promise<void>
  restore(): Promise<void>
}

function sqliteFile(): Restorable {
  const folder = newFolder()
  const [data, backup] = [join(folder, 'data'), join(folder, 'backup')]
  return {
    open: () => sqliteStore(join(data, 'auth.db')),
    async backUp() {
      cpSync(data, backup, { recursive: true })
    },
    async restore() {
      rmSync(data, { recursive: true })
      cpSync(backup, data, { recursive: true })
    },
  }
}

/** Of the version of the programs that back it up, which an older one would refuse to. */
const postgres = chosen('postgres') ? await startOwnService('postgres') : undefined
if (process.env.CI && postgres?.missing !== undefined) throw new Error(postgres.missing)
afterAll(async () => {
  if (postgres && postgres.missing === undefined) await postgres.stop()
})

async function postgresDatabase(): Promise<Restorable> {
  if (!postgres || postgres.missing !== undefined) throw new Error('there is no PostgreSQL')
  const url = await postgres.createDatabase(`restored_${databases++}`)
  const backup = join(newFolder(), 'backup')
  const open = () => {
    const pool = new pg.Pool({ connectionString: url })
    const store = postgresStore(pool)
    let closed: Promise<void> | undefined
    const close = () => {
      closed ??= store.close().then(() => pool.end())
      return closed
    }
    return { ...store, close }
  }
  return { open, backUp: () => dump(url, backup), restore: () => restore(url, backup) }
}

let databases = 0

const day = 24 * 3600

type Row = readonly [title: string, make: () => Promise<Restorable> | Restorable, missing: string | undefined]

const restorables: readonly Row[] = [
  ['SQLite', sqliteFile, undefined],
  ...(postgres ? [['PostgreSQL', postgresDatabase, postgres.missing] as const] : []),
]

describe.each(restorables)('after a restore from a backup, on %s', (_, make, missing) => {
  beforeEach(({ skip }) => skip(missing !== undefined, missing))

  it('keeps ended sessions ended and refreshed ones usable, and refuses a stolen token', async () => {
    const { database, secrets, journal } = await world(make)
    const first = node(database, secrets, journal)
    const names = ['signedOut', 'idle', 'behind', 'farBehind'] as const
    const people = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await Holder.start(first.auth)] as const)),
    ) as Record<(typeof names)[number], Holder>
    for (const one of Object.values(people)) await one.refresh()
    await first.close()
    await database.backUp()

    const second = node(database, secrets, journal)
    await second.auth.sessions.end(people.signedOut.sid, 'signed_out')
    await people.behind.with(second.auth).refresh()
    const stolen = people.farBehind.token
    for (let count = 0; count < 5; count++) await people.farBehind.with(second.auth).refresh()
    await second.close()
    await database.restore()

    const store = database.open()
    const done = await completeRestore(store, { journals: [journal], recovery: 600 })
    await store.close()
    expect(done).toEqual({ lines: 1, unreadable: 0, ended: 1, recovery: 600 })

    const third = node(database, secrets, journal)
    const outcomeOf = (holder: Holder) => holder.with(third.auth).outcome()
    expect(await outcomeOf(people.signedOut)).toBe('signed_out')
    expect(await outcomeOf(people.idle)).toBe('granted')
    expect(await outcomeOf(people.behind)).toBe('granted')
    expect(await outcomeOf(people.farBehind)).toBe('granted')
    expect(await outcomeOf(people.farBehind)).toBe('granted')
    // Within ten seconds it could be a duplicate; in no case is it worth a token.
    expect(await people.farBehind.with(third.auth).outcome(stolen)).toMatch(/^refresh_(raced|token_reused)$/)
    await third.close()
  })

  it('refuses a client that is far ahead until the operator declares recovery, and ends nothing', async () => {
    const { database, secrets, journal } = await world(make)
    const first = node(database, secrets, journal)
    const client = await Holder.start(first.auth)
    await first.close()
    await database.backUp()
    const second = node(database, secrets, journal)
    for (let count = 0; count < 5; count++) await client.with(second.auth).refresh()
    await second.close()
    await database.restore()

    const third = node(database, secrets, journal)
    expect(await client.with(third.auth).outcome()).toBe('refresh_token_invalid')
    // The word may come while nodes are running.
    await completeRestore(third.store, { journals: [], recovery: 600 })
    expect(await client.with(third.auth).outcome()).toBe('granted')
    await third.close()
  })

  it('it may be done twice, and the second time has nothing to end', async () => {
    const { database, secrets, journal } = await world(make)
    const first = node(database, secrets, journal)
    const client = await Holder.start(first.auth)
    await first.close()
    await database.backUp()
    const second = node(database, secrets, journal)
    await second.auth.sessions.end(client.sid)
    await second.close()
    await database.restore()
    const store = database.open()

    expect((await completeRestore(store, { journals: [journal] })).ended).toBe(1)
    expect((await completeRestore(store, { journals: [journal, journal] })).ended).toBe(0)

    const { entries } = await store.sessions.revokedSince(null)
    expect(entries).toMatchObject([{ sid: client.sid, reason: 'session_revoked' }])
    await store.close()
  })

  it('recovery that is declared twice at once is declared for the longer time', async () => {
    const database = await make()
    const [one, other] = [database.open(), database.open()]
    await completeRestore(one, { journals: [], recovery: 5 })

    await Promise.all([
      completeRestore(one, { journals: [], recovery: 600 }),
      completeRestore(other, { journals: [], recovery: day }),
    ])

    const { recovery } = await completeRestore(one, { journals: [], recovery: 1 })
    expect(recovery).toBeGreaterThan(day - 60)
    expect(recovery).toBeLessThanOrEqual(day)
    await Promise.all([one.close(), other.close()])
  })
})

describe('completing a restore', () => {
  it('changes nothing where a journal is missing', async () => {
    const store = memoryStore()
    const present = join(newFolder(), 'journal.jsonl')
    writeFileSync(present, '')

    for (const [path, code] of [
      [`${present}.missing`, 'ENOENT'],
      [dirname(present), 'EISDIR'],
    ] as const) {
      await expect(completeRestore(store, { journals: [present, path] })).rejects.toThrow(
        `the journal ${path} cannot be read: ${code}`,
      )
    }

    expect(await isRecoveryDeclared(store.counters)).toBe(false)
  })

  it('declares recovery for the given time, and never shortens an earlier declaration', async () => {
    let now = Date.UTC(2026, 0, 1)
    const store = sqliteStore({ path: join(newFolder(), 'auth.db'), now: () => now })
    onTestFinished(() => store.close())
    const declare = async (recovery: number) => (await completeRestore(store, { journals: [], recovery })).recovery
    const isDeclared = async (seconds: number) => {
      now += seconds * 1000
      return isRecoveryDeclared(store.counters)
    }

    expect(await isDeclared(0)).toBe(false)
    expect(await declare(4)).toBe(4)
    expect(await isDeclared(2.5)).toBe(true)
    expect(await declare(day)).toBe(day)
    expect(await declare(60)).toBe(day)
    expect(await isDeclared(day - 1)).toBe(true)
    expect(await isDeclared(2)).toBe(false)

    // After years, as before.
    now += 5 * 365 * day * 1000
    expect(await declare(10)).toBe(10)
    expect(await isDeclared(9)).toBe(true)
    expect(await isDeclared(2)).toBe(false)
  })

  it('says what the time of recovery must be', async () => {
    await expect(completeRestore(memoryStore(), { journals: [], recovery: 0.5 })).rejects.toThrow(
      new TypeError('recovery must be a whole number of seconds, at least 1'),
    )
  })
})

async function world(make: () => Promise<Restorable> | Restorable) {
  return { database: await make(), secrets: testSecrets(), journal: join(newFolder(), 'journal.jsonl') }
}

/** One run of an auth server; its clock is the machine's. */
function node(database: Restorable, secrets: ReturnType<typeof testSecrets>, journal: string) {
  const store = database.open()
  const { auth } = testServer({ store, secrets, journal })
  return { auth, store, close: () => auth.close() }
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sessionward-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
