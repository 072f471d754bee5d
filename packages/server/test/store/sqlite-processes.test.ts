import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteStore } from '@sessionward/server/store/sqlite'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { session } from '../../src/store/conformance/samples.js'
import { bundle, Child } from './processes/child.js'

let program: Awaited<ReturnType<typeof bundle>>
beforeAll(async () => {
  program = await bundle(new URL('./processes/confirm-on-word.ts', import.meta.url))
})
afterAll(() => program.remove())

test('of 50 that confirm at once in two processes one wins, in each of 40 rounds', async () => {
  const { path, store } = openStore()
  const children = [new Child(process.execPath, program.file, path), new Child(process.execPath, program.file, path)]
  onTestFinished(async () => void (await Promise.all(children.map((child) => child.kill()))))
  await Promise.all(children.map((child) => child.printed(1)))

  for (let round = 1; round <= 40; round++) {
    const contested = session({ nonce: new Uint8Array(16) })
    await store.sessions.create(contested)
    for (const child of children) child.say(contested.id)
    await Promise.all(children.map((child) => child.printed(round + 1)))

    const winners = children.map((child) => child.lines[round]!)
    expect(winners.join(' ').trim().split(' ')).toHaveLength(1)
    const { session: after } = await store.sessions.find(contested.id)
    expect(Buffer.from(after!.nonce).toString('base64url')).toBe(winners.join(''))
  }

  for (const child of children) child.say('end')
  expect(await Promise.all(children.map((child) => child.ended()))).toEqual([0, 0])
})

test('eight processes that start at once on a new file make it once', async () => {
  const { path } = openStore({ made: false })

  const children = Array.from({ length: 8 }, () => new Child(process.execPath, program.file, path))
  onTestFinished(async () => void (await Promise.all(children.map((child) => child.kill()))))
  for (const child of children) child.say('end')

  expect(await Promise.all(children.map((child) => child.ended()))).toEqual(Array(8).fill(0))
})

function openStore({ made } = { made: true }) {
  const folder = mkdtempSync(join(tmpdir(), 'sessionward-'))
  const path = join(folder, 'auth.db')
  const store = made ? sqliteStore(path) : undefined
  onTestFinished(async () => {
    await store?.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return { path, store: store! }
}
