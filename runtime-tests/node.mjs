// @ts-check
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signInCases } from './sign-in.mjs'
import { storeCases } from './store.mjs'

/**
 * The built packages on whatever runs this file: the SQLite store's contract, then sign-in, guard and client together over
 * HTTP on this machine. It knows no test runner, so that every runtime can run it.
 */
const folder = mkdtempSync(join(tmpdir(), 'sessionward-runtime-'))
let passed = 0
let failed = 0
try {
  for (const { title, run } of [...storeCases(folder), ...signInCases(folder)]) {
    try {
      await run()
      passed++
    } catch (error) {
      failed++
      console.log(`not ok: ${title}\n${error instanceof Error ? error.stack : error}`)
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}
console.log(`Node ${process.versions.node}\n${passed} passed, ${failed} failed, 0 skipped`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)
