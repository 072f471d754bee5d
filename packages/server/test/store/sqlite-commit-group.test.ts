import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { CommitGroup } from '../../src/store/sqlite/commit-group.js'
import { type Connection, connect } from '../../src/store/sqlite/database.js'
import { StoreUnavailableError } from '../../src/store/store.js'

test('all that a turn of the event loop asks for is one transaction, and the next turn another', async () => {
  const { group, put, log } = open()

  await Promise.all(['a', 'b', 'c'].map((value) => group.write(() => put(value))))
  await group.write(() => put('d'))

  expect(log).toEqual(['BEGIN IMMEDIATE', 'COMMIT', 'BEGIN IMMEDIATE', 'COMMIT'])
})

test('a turn that only reads does not ask for the right to write', async () => {
  const { group, words, log } = open()

  await Promise.all([group.read(words), group.read(words)])

  expect(log).toEqual(['BEGIN', 'COMMIT'])
})

test('nobody is answered before the commit', async () => {
  const { group, put, log, other } = open()

  const seen = await Promise.all(['a', 'b'].map((word) => group.write(() => put(word)).then(() => wordsOf(other))))

  expect(log).toEqual(['BEGIN IMMEDIATE', 'COMMIT'])
  expect(seen).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ])
})

test('a work that throws changes nothing and takes no other with it', async () => {
  const { group, put, words } = open()
  const half = () => {
    put('half')
    throw new RangeError('after half of it')
  }

  const results = await Promise.allSettled([
    group.write(() => put('a')),
    group.write(half),
    group.write(() => put('b')),
    group.write(() => put('a')),
    group.write(() => put('c')),
  ])

  expect(results.map((result) => result.status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
  ])
  expect(results[1]).toMatchObject({ reason: new RangeError('after half of it') })
  expect((results[3] as PromiseRejectedResult).reason.message).toMatch(/UNIQUE/)
  expect(await group.read(words)).toEqual(['a', 'b', 'c'])
})

test('a read that throws takes no other with it', async () => {
  const { group, words, connection } = open()

  const [wrong, right] = await Promise.allSettled([
    group.read(() => connection.get('SELECT nonsense FROM words', [])),
    group.read(words),
  ])

  expect(wrong.status).toBe('rejected')
  expect(right).toEqual({ status: 'fulfilled', value: [] })
})

test('a full disk is the store being unavailable for the whole group, and nothing of it stays', async () => {
  const { group, put, words, connection } = open()
  await group.write(() => put('before'))
  const { page_count: pages } = connection.get('PRAGMA page_count', [])!
  connection.get(`PRAGMA max_page_count = ${pages}`, [])

  const results = await Promise.allSettled(
    ['small', 'x'.repeat(100_000), 'tiny'].map((word) => group.write(() => put(word))),
  )

  for (const result of results) {
    expect(result).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailableError) })
  }
  expect(await group.read(words)).toEqual(['before'])
  await group.write(() => put('after'))
  expect(await group.read(words)).toEqual(['after', 'before'])
})

test('a commit that fails is the store being unavailable for the whole group, and the next group begins anew', async () => {
  const { group, put, words, connection } = open()
  const orphan = () => connection.run('INSERT INTO children (word) VALUES (?)', ['nobody'])

  const results = await Promise.allSettled([group.write(() => put('a')), group.write(orphan)])

  for (const result of results) {
    expect(result).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailableError) })
  }
  expect(await group.read(words)).toEqual([])
  await group.write(() => put('b'))
  expect(await group.read(words)).toEqual(['b'])
})

/** A group on a real file, a log of its transactions, and another connection to look at the file from outside. */
function open() {
  const folder = mkdtempSync(join(tmpdir(), 'sessionward-'))
  const real = connect(join(folder, 'group.db'))
  real.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON')
  real.exec(`
    CREATE TABLE words (word TEXT PRIMARY KEY) STRICT;
    CREATE TABLE children (word TEXT REFERENCES words (word) DEFERRABLE INITIALLY DEFERRED) STRICT;
  `)
  const log: string[] = []
  const connection: Connection = {
    ...real,
    exec(sql) {
      log.push(sql)
      real.exec(sql)
    },
  }
  const group = new CommitGroup(connection, 1)
  const other = connect(join(folder, 'group.db'))
  onTestFinished(async () => {
    other.close()
    await group.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const put = (word: string) => connection.run('INSERT INTO words (word) VALUES (?)', [word])
  return { group, connection, other, log, put, words: () => wordsOf(connection) }
}

function wordsOf(connection: Connection): unknown[] {
  return connection.all('SELECT word FROM words ORDER BY word', []).map((row) => row.word)
}
