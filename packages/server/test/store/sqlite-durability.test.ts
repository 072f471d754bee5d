import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findStrace } from '../../../../scripts/strace.mjs'
import { openConnection } from '../../src/store/sqlite/sqlite-store.js'
import { Child } from './processes/child.js'
import { program } from './processes/races.js'

test('the live connection waits for the disk at each commit', () => {
  const connection = openConnection({ path: join(newFolder(), 'auth.db') })
  onTestFinished(() => connection.close())

  expect(connection.get('PRAGMA synchronous', [])).toEqual({ synchronous: 2 })
  expect(connection.get('PRAGMA journal_mode', [])).toEqual({ journal_mode: 'wal' })
  expect(connection.get('PRAGMA foreign_keys', [])).toEqual({ foreign_keys: 1 })
})

test('fdatasync comes before each answer, once for all of a turn (strace)', async (context) => {
  if (!findStrace()) context.skip('strace is not here: on Debian, apt-get install strace')
  const folder = newFolder()
  const [rounds, inFlight, trace] = [30, 64, join(folder, 'trace')]
  const calls = 'trace=fdatasync,fsync,pwrite64,write'

  const database = JSON.stringify({ url: `sqlite:${join(folder, 'auth.db')}` })
  const command = [process.execPath, await program(), 'confirmInRounds', database, String(inFlight), String(rounds)]
  const child = new Child('strace', '-ff', '-y', '-e', calls, '-o', trace, ...command)
  expect(await child.ended()).toBe(0)

  // What stands between two answers, as far as it is about the log.
  const threads = readdirSync(folder).filter((file) => file.startsWith('trace.'))
  const texts = threads.map((file) => readFileSync(join(folder, file), 'utf8'))
  const answers = texts.find((text) => text.includes('"answered'))!.split(/^.*write\(1<.*"answered\\n".*$/m)
  expect(answers).toHaveLength(rounds + 2)
  for (const [round, before] of answers.slice(1, -1).entries()) {
    const writes = [...before.matchAll(/pwrite64\(\d+<[^>]*auth\.db-wal>/g)]
    const syncs = [...before.matchAll(/(fdatasync|fsync)\(\d+<[^>]*auth\.db-wal>\)\s+= 0/g)]
    expect(writes.length, `round ${round}`).toBeGreaterThan(0)
    expect(syncs.length, `round ${round}`).toBe(1)
    expect(syncs.at(-1)!.index).toBeGreaterThan(writes.at(-1)!.index)
  }
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sessionward-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
