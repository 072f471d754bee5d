import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteStore } from '@sessionward/server/store/sqlite'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { pendingIn, requireCurrentSchema, withDatabase } from '../src/database.js'
import { migrateDatabase, showPending } from '../src/migrate.js'
import { restoreComplete } from '../src/restore-complete.js'

afterEach(() => vi.unstubAllEnvs())

describe('the database that a command works on', () => {
  test('is named by the flag, or by the environment, or by a file that the environment names', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'url'), `sqlite:${join(folder, 'auth.db')}\n`)
    const pendingOf = (flag: string) =>
      withDatabase({ database: flag }, { migrate: 'manual' }, async ({ schema }) => (await schema!.pending()).length)
    await withDatabase({ database: `sqlite:${join(folder, 'auth.db')}` }, {}, (store) => store.now())

    expect(await pendingOf('sqlite::memory:')).toBe(3)
    vi.stubEnv('DATABASE_URL_FILE', join(folder, 'url'))
    expect(await pendingOf('')).toBe(0)
    vi.stubEnv('DATABASE_URL', 'sqlite::memory:')
    expect(await pendingOf('')).toBe(3)
  })

  test('is asked for where none is named', async () => {
    vi.stubEnv('DATABASE_URL', '')
    vi.stubEnv('DATABASE_URL_FILE', '')

    await expect(withDatabase({ database: '' }, {}, async () => {})).rejects.toThrow(
      'no database was given: set DATABASE_URL or DATABASE_URL_FILE, or use --database',
    )
  })

  test('is refused with the schemes that there are, and without the password that stood in it', async () => {
    const opening = withDatabase({ database: 'oracle://scott:tiger@db/auth' }, {}, async () => {})

    const message = await opening.catch((error: Error) => error.message)
    expect(message).toMatch(/must begin with one of postgres:, .*sqlite: or memory:$/)
    expect(message).not.toContain('tiger')
  })
})

describe('migrating', () => {
  test('says on a dry run what it would do, does nothing, then does it once', async () => {
    const url = `sqlite:${join(newFolder(), 'auth.db')}`
    const run = async (dryRun: boolean) => {
      const lines: string[] = []
      const print = (line: string) => void lines.push(line)
      if (dryRun) showPending(await pendingIn({ database: url }), print)
      else await withDatabase({ database: url }, { migrate: 'manual' }, (store) => migrateDatabase(store, print))
      return lines
    }

    const dry = await run(true)
    expect(dry[0]).toBe('would do  step 1: sessions, accounts, keys, counters and events')
    expect(dry.join('\n')).toContain('\nCREATE TABLE sessions (\n  id TEXT PRIMARY KEY,')
    expect(dry.at(-1)).toBe('Nothing was changed.')
    expect(await run(true)).toEqual(dry)

    expect(await run(false)).toEqual([
      'done  step 1: sessions, accounts, keys, counters and events',
      'done  step 2: one-time values, and from when on a profile may be cached',
      'done  step 3: the order of sign-ins under a session policy, and which of them replaced a session',
    ])
    expect(await run(false)).toEqual(['The schema is up to date: nothing to do.'])
    expect(await run(true)).toEqual(['The schema is up to date: nothing to do.'])
  })

  test('on a dry run makes no file and no folder, and changes none that is there', async () => {
    const folder = newFolder()
    const files = () => readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mtimeMs])
    expect(await pendingIn({ database: `sqlite:${join(folder, 'new/auth.db')}` })).toHaveLength(3)
    expect(files()).toEqual([])

    const [empty, old, migrated] = ['empty', 'old', 'made'].map((name) => join(folder, name))
    writeFileSync(empty!, '')
    writeFileSync(old!, await fileOfVersion1(folder))
    await sqliteStore(migrated!).close()
    const before = files()
    expect(await pendingIn({ database: `sqlite:${empty}` })).toHaveLength(3)
    expect((await pendingIn({ database: `sqlite:${old}` }))!.map(({ version }) => version)).toEqual([2, 3])
    expect(await pendingIn({ database: `sqlite:${migrated}` })).toEqual([])
    expect(files()).toEqual(before)
  })

  test('on a dry run sees what another process has done and not yet put in the file', async () => {
    const path = join(newFolder(), 'auth.db')
    const store = sqliteStore(path)
    onTestFinished(() => store.close())

    expect(await pendingIn({ database: `sqlite:${path}` })).toEqual([])
  })

  test('on a dry run refuses a file that is none of SQLite', async () => {
    const path = join(newFolder(), 'notes.txt')
    writeFileSync(
      path,
      'A text, and a long one: it has more than a hundred letters, so that there is something at byte 60.',
    )

    await expect(pendingIn({ database: `sqlite:${path}` })).rejects.toThrow(`${path} is not an SQLite file`)
  })

  test('has nothing to do on a store without tables', async () => {
    const lines: string[] = []
    const print = (line: string) => void lines.push(line)

    await withDatabase({ database: 'memory:' }, {}, (store) => migrateDatabase(store, print))
    showPending(await pendingIn({ database: 'memory:' }), print)

    expect(lines).toEqual(Array(2).fill('This kind of database has no schema: nothing to do.'))
  })
})

test('a restore is not completed on a database whose name was mistyped, and none is made of it', async () => {
  const folder = newFolder()

  await expect(requireCurrentSchema({ database: `sqlite:${join(folder, 'atuh.db')}` })).rejects.toThrow(
    'the schema of the database is 3 migration(s) behind: check that it is the restored database.',
  )
  expect(readdirSync(folder)).toEqual([])

  await sqliteStore(join(folder, 'auth.db')).close()
  await requireCurrentSchema({ database: `sqlite:${join(folder, 'auth.db')}` })
  await requireCurrentSchema({ database: 'memory:' })
})

test('completing a restore says what was done, and what it means that no journal was given', async () => {
  const journal = join(newFolder(), 'journal.jsonl')
  writeFileSync(journal, '{"sid":"a","reason":"signed_out"}\n{"half a')
  const run = async (journals: string[]) => {
    const lines: string[] = []
    await withDatabase({ database: 'memory:' }, {}, (store) =>
      restoreComplete(store, { journals, recovery: 600, print: (line) => lines.push(line) }),
    )
    return lines
  }

  expect(await run([journal])).toEqual([
    'read      2 lines from 1 journals, 1 of them unreadable',
    'ended     0 sessions that the backup had made active again',
    'recovery  declared for 600 seconds: refresh tokens newer than the database are accepted',
    'cache     if profiles are cached in Redis, clear that cache: it may contain changes that the backup does not have',
  ])
  expect((await run([])).at(-1)).toBe('No journal was given: sessions that ended after the backup are active again.')
})

/** The header is all that is looked at. */
async function fileOfVersion1(folder: string): Promise<Buffer> {
  const path = join(folder, 'any')
  await sqliteStore(path).close()
  const file = readFileSync(path)
  file.writeInt32BE(1, 60)
  rmSync(path)
  return file
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sessionward-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
