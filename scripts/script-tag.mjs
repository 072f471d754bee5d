// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const client = join(import.meta.dirname, '../packages/client')
const file = join(client, 'dist/sessionward.min.js')

/**
 * The client as one classic script with the global `sessionward`, for pages without a bundler. All that others load lazily is
 * in it, since such a page has one file. The syntax is that of 2020, which each browser of the last five years knows.
 */
export async function buildScriptTag() {
  const built = await rolldown({
    input: join(client, 'src/script-tag.ts'),
    platform: 'browser',
    resolve: { conditionNames: ['sessionward-source', 'import', 'default'] },
    transform: { target: 'es2020' },
  })
  const { output } = await built.generate({ format: 'iife', name: 'sessionward', codeSplitting: false, minify: true })
  await built.close()
  if (output.length !== 1) throw new Error(`A page has one file, and these are ${output.length}.`)
  return output[0].code
}

/** Where a page, or a copy of the package, finds it. */
export async function writeScriptTag() {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, await buildScriptTag())
}

// Part of `npm run build`.
if (process.argv[1] === fileURLToPath(import.meta.url)) await writeScriptTag()
