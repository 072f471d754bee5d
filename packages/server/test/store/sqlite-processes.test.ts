import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { program, start, testKill, testRace } from './processes/races.js'

testRace(newFile)
testKill(newFile)

test('eight processes that start at once on a new file make it once', async () => {
  const children = start(8, await program(), 'confirmOnRequest', await newFile())
  for (const child of children) child.say('end')

  expect(await Promise.all(children.map((child) => child.ended()))).toEqual(Array(8).fill(0))
})

async function newFile() {
  const folder = mkdtempSync(join(tmpdir(), 'sessionward-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return { url: `sqlite:${join(folder, 'auth.db')}` }
}
