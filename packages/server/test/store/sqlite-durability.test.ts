import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteStore } from '@sessionward/server/store/sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { findStrace } from '../../../../scripts/strace.mjs'
import { openConnection } from '../../src/store/sqlite/sqlite-store.js'
import { bundle, Child } from './processes/child.js'

const inFlight = 300

test('the live connection waits for the disk at each commit', () => {
  const connection = openConnection({ path: join(newFolder(), 'auth.db') })
  onTestFinished(() => connection.close())

  expect(connection.get('PRAGMA synchronous', [])).toEqual({ synchronous: 2 })
  expect(connection.get('PRAGMA journal_mode', [])).toEqual({ journal_mode: 'wal' })
  expect(connection.get('PRAGMA foreign_keys', [])).toEqual({ foreign_keys: 1 })
})

test(`no answered write is lost when a process with ${inFlight} in flight is killed, in each of three rounds`, async () => {
  const path = join(newFolder(), 'auth.db')
  const program = await bundle(new URL('./processes/confirm-without-end.ts', import.meta.url))
  onTestFinished(program.remove)

  for (let round = 1; round <= 3; round++) {
    const child = new Child(process.execPath, program.file, path, String(inFlight))
    await child.printed(inFlight * (5 + 3 * round))
    await child.kill()

    const answered = new Map(child.lines.map((line) => line.split(' ')).map(([id, ...confirmed]) => [id!, confirmed]))
    // Most of them, at least: the kill does not wait for the slowest.
    expect(answered.size).toBeGreaterThan(inFlight / 2)
    const store = sqliteStore(path)
    for (const [id, [generation, nonce]] of answered) {
      const { session } = await store.sessions.find(id)
      // At most one confirmation of each session was in flight: it may be there, although nobody was told.
      const ahead = session!.generation - Number(generation)
      expect([0, 1]).toContain(ahead)
      const confirmed = ahead === 0 ? session!.nonce : session!.superseded[0]!.nonce
      expect(nonce).toMatch(new RegExp(`^${Buffer.from(confirmed).toString('base64url').slice(0, 10)}`))
    }
    await store.close()
  }
})

test('fdatasync comes before each answer, once for all of a turn (strace)', async (context) => {
  if (!findStrace()) context.skip('strace is not here: on Debian, apt-get install strace')
  const folder = newFolder()
  const program = await bundle(new URL('./processes/confirm-in-rounds.ts', import.meta.url))
  onTestFinished(program.remove)
  const [rounds, atOnce, trace] = [30, 64, join(folder, 'trace')]
  const calls = 'trace=fdatasync,fsync,pwrite64,write'

  const command = [process.execPath, program.file, join(folder, 'auth.db'), String(rounds), String(atOnce)]
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
