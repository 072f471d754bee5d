import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testsAlone } from '../scripts/tests-alone.mjs'

test('every test file that replaces a module has a process of its own, and no other file', () => {
  const root = join(import.meta.dirname, '..')
  const files = ['client', 'guard', 'protocol', 'server', 'sessionward'].flatMap((name) =>
    readdirSync(join(root, 'packages', name, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `packages/${name}/test/${file.replaceAll('\\', '/')}`),
  )

  const replacing = files.filter((file) =>
    /\bvi\.(mock|doMock|resetModules)\(/.test(readFileSync(join(root, file), 'utf8')),
  )

  expect(replacing.sort()).toEqual([...testsAlone].sort())
})
