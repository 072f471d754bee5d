import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { session, successor } from '../../../src/store/conformance/samples.js'
import { openStore } from '../../../src/store/open.js'
import { postgresStore } from '../../../src/store/postgres/index.js'
import type { Store } from '../../../src/store/store.js'
import type { Database } from './races.js'

const [mode = '', database = '', ...counts] = process.argv.slice(2)
const store = await open(JSON.parse(database))
await store.now()
const modes: Readonly<Record<string, () => Promise<unknown>>> = { confirmOnRequest, confirmInRounds, confirmForever }
await modes[mode]!()
await store.close()
// Its input is open still.
process.exit(0)

async function open({ url, options, batch }: Database): Promise<Store> {
  if (batch !== false) return openStore(url, options)
  // Each statement on a connection of its own, so that they meet.
  return postgresStore({ pool: new pg.Pool({ connectionString: url, max: 25 }), batch })
}

/** For each line of session ids presents 25 successors of each at once, then prints which won. */
async function confirmOnRequest(): Promise<void> {
  print('ready')
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'end') return
    print(JSON.stringify(await Promise.all(line.split(' ').map(presentSuccessors))))
  }
}

async function presentSuccessors(id: string): Promise<string[]> {
  const { session: before } = await store.sessions.find(id)
  const expected = { generation: 0, nonce: new Uint8Array(16) }
  const candidates = Array.from({ length: 25 }, () => successor({ ...before!, ...expected }))
  const outcomes = await Promise.all(candidates.map((next) => store.sessions.confirm(id, expected, next)))
  const won = candidates.filter((_, index) => outcomes[index] === 'confirmed')
  return won.map((next) => Buffer.from(next.nonce).toString('base64url'))
}

/** In each round confirms every session at once; a line says that all have been answered. */
async function confirmInRounds(): Promise<void> {
  const [inFlight, rounds] = counts.map(Number)
  let records = Array.from({ length: inFlight! }, () => session())
  await Promise.all(records.map((record) => store.sessions.create(record)))
  print('answered')
  for (let round = 0; round < rounds!; round++) {
    records = await Promise.all(
      records.map(async (record) => {
        const next = successor(record)
        await store.sessions.confirm(record.id, record, next)
        return { ...record, ...next }
      }),
    )
    print('answered')
  }
}

/** Keeps as many confirmations in flight as there are sessions, and prints each as soon as it was answered. */
async function confirmForever(): Promise<void> {
  const confirming = Array.from({ length: Number(counts[0]) }, async () => {
    let record = session()
    await store.sessions.create(record)
    for (;;) {
      const next = successor(record)
      const outcome = await store.sessions.confirm(record.id, record, next)
      if (outcome !== 'confirmed') throw new Error('another confirmed a session of ours')
      record = { ...record, ...next }
      print(`${record.id} ${record.generation} ${Buffer.from(record.nonce).toString('base64url')}`)
    }
  })
  await Promise.all(confirming)
}

/** Synchronously: what was printed is in the pipe, even if the process is killed at the next moment. */
function print(line: string): void {
  for (;;) {
    try {
      writeSync(1, `${line}\n`)
      return
    } catch (error) {
      // The pipe is full until the test has read from it.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}
