import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { session } from '../../src/store/conformance/samples.js'
import { mongodbStore } from '../../src/store/mongodb/index.js'
import { freshDatabase } from '../harness/services.js'
import { service } from './mongodb-database.js'
import { bundle, Child } from './processes/child.js'

beforeEach(({ skip }) => skip(service.missing !== undefined, service.missing))
let program: Awaited<ReturnType<typeof bundle>>
beforeAll(async () => {
  program = await bundle(new URL('./processes/mongodb-confirm-on-word.ts', import.meta.url))
})
afterAll(() => program.remove())

test('of 50 that confirm at once in two processes one wins, in each of 20 rounds', async () => {
  const url = await freshDatabase('mongodb')
  const client = new MongoClient(url)
  onTestFinished(() => client.close())
  const store = mongodbStore(client.db())
  const children = startChildren(2, url)
  await Promise.all(children.map((child) => child.printed(1)))

  for (let round = 1; round <= 20; round++) {
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

function startChildren(count: number, url: string): Child[] {
  const children = Array.from({ length: count }, () => new Child(process.execPath, program.file, url))
  onTestFinished(async () => void (await Promise.all(children.map((child) => child.kill()))))
  return children
}
