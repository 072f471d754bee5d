// @ts-check
import { spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'

/**
 * `npm run check`: everything that can be seen without running the product. It takes seconds; each failure says which
 * property of the house it protects.
 *
 * @typedef {object} Part
 * @property {string} name
 * @property {string} protects
 * @property {string} command
 * @property {string} [needs] the part that must be over first, well or not
 * @property {string} [cure]
 */

/** @type {readonly Part[]} */
const parts = [
  {
    name: 'format and lint',
    protects: 'one style, so that a change shows only what it changes',
    command: 'biome check --error-on-warnings .',
    cure: 'npm run format',
  },
  {
    name: 'types',
    protects: 'what the packages promise each other, in sources and in the published declarations',
    command: 'tsc -b',
  },
  {
    name: 'types of tests and scripts',
    protects: 'the call sites: tests are the first users of every public shape',
    command: 'tsc -p tsconfig.test.json',
    needs: 'types',
  },
  {
    name: 'dead exports',
    protects: 'a small house: what nobody uses is gone, what is used is declared where it is used',
    command: 'knip --no-progress',
  },
  {
    name: 'architecture and bundles',
    protects: 'the arrows: trust boundaries, the pure heart, and guard and client that run anywhere alone',
    command: 'vitest run --project unit test/architecture.test.ts test/bundle.test.ts',
  },
  {
    name: 'published types',
    protects: 'what an installed package gives: every entry resolves, with its types, in every ESM resolver',
    command: 'node scripts/script-tag.mjs && node scripts/page-script.mjs && node scripts/check-packages.mjs',
    needs: 'types',
  },
  {
    name: 'documents',
    protects: 'docs that are never older than the code they are made from',
    command: 'node scripts/docs.mjs --check',
    needs: 'types',
    cure: 'npm run docs',
  },
]

/** @typedef {{ part: Part, code: number, output: string, seconds: number }} Result */

/** @type {Map<string, Promise<Result>>} */
const running = new Map()
// Two at a time: that many cores does the smallest machine have that runs this.
const lanes = [Promise.resolve(), Promise.resolve()]
parts.forEach((part, i) => {
  const lane = i % lanes.length
  const before = Promise.all([lanes[lane], part.needs === undefined ? undefined : running.get(part.needs)])
  const result = before.then(() => run(part))
  running.set(part.name, result)
  lanes[lane] = result.then(report)
})
await Promise.all(lanes)

const results = await Promise.all(running.values())
const failed = results.filter(({ code }) => code !== 0)
console.log(`\ncheck: ${results.length - failed.length} passed, ${failed.length} failed`)
process.exitCode = failed.length === 0 ? 0 : 1

/** @param {Part} part @returns {Promise<Result>} */
function run(part) {
  const start = performance.now()
  return new Promise((resolve) => {
    const child = spawn(part.command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'], env: environment() })
    let output = ''
    const take = (/** @type {Buffer} */ bytes) => {
      output += bytes
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('close', (code) => resolve({ part, code: code ?? 1, output, seconds: (performance.now() - start) / 1000 }))
  })
}

/** @param {Result} result */
function report({ part, code, output, seconds }) {
  const time = `${seconds.toFixed(1)} s`
  if (code === 0) return console.log(`ok      ${part.name} (${time})`)
  console.log(`FAILED  ${part.name} (${time})\n        protects ${part.protects}`)
  if (part.cure) console.log(`        try: ${part.cure}`)
  console.log(`        ${part.command}\n\n${output.trim().replace(/^/gm, '    ')}\n`)
}

/** The tools by their names, whoever started this; and no colours in text that is passed on. */
function environment() {
  return { ...process.env, PATH: `node_modules/.bin:${process.env.PATH}`, NO_COLOR: '1' }
}
