import { mkdtempSync, rmSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { openJournal } from '../../src/revocation/journal.js'

const synced: string[] = []

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const noting = (handle: FileHandle, path: string) =>
    Object.assign(handle, {
      datasync: async () => void synced.push(path),
      sync: async () => void synced.push(path),
    })
  return { ...real, open: async (path: string, ...rest: []) => noting(await real.open(path, ...rest), path) }
})

it('a new journal is on the disk with the folders that name it, and later lines wait for the file alone', async ({
  skip,
}) => {
  skip(process.platform === 'win32', 'Windows cannot write a folder to the disk')
  const root = mkdtempSync(join(tmpdir(), 'sessionward-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const path = join(root, 'new', 'deep', 'journal.jsonl')
  const journal = openJournal(path)
  const append = async (sid: string) => {
    synced.length = 0
    await journal.append([{ sid, reason: 'signed_out', expires: 9e9 }])
    return synced.map((name) => name.slice(root.length))
  }

  expect(await append('a')).toEqual(['/new/deep/journal.jsonl', '/new/deep', '/new', ''])
  expect(await append('b')).toEqual(['/new/deep/journal.jsonl'])

  rmSync(path)
  expect(await append('c')).toEqual(['/new/deep/journal.jsonl', '/new/deep'])
})
