// @ts-check
import { spawn } from 'node:child_process'
import { browsers } from './browsers.mjs'
import { obtainNest } from './nest-versions.mjs'
import { obtainNode } from './node-versions.mjs'
import { services, startService } from './services/start.mjs'

/**
 * `npm run test:all`: what takes longer than `npm test` may, or needs what a machine may not have. A part that cannot run here
 * is reported and counted as skipped; it fails nothing.
 *
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ name: string, counts: Counts, note: string }} Result
 */

/** @type {Result[]} */
const results = []
results.push(await explorer())
for (const name of /** @type {const} */ (['mysql', 'mongodb'])) results.push(await onStore(name))
for (const name of /** @type {const} */ (['postgres', 'mariadb', 'redis'])) results.push(await storiesOn(name))
for (const major of [20, 22, 24]) results.push(...(await onNode(major)))
results.push(await onJQuery())
for (const name of /** @type {const} */ (['firefox', 'webkit'])) results.push(await inBrowser(name))
results.push(await onNext())
results.push(await onNest(11))

console.log('\nRun on')
const width = Math.max(...results.map(({ name }) => name.length))
for (const { name, counts, note } of results) {
  const verdict = counts.passed + counts.failed > 0 ? 'run    ' : 'skipped'
  console.log(`  ${name.padEnd(width)}  ${verdict}  ${sentence(counts)}${note && `  ${note}`}`)
}
const total = results.reduce((sum, { counts }) => add(sum, counts), { passed: 0, failed: 0, skipped: 0 })
console.log(`\n${sentence(total)}`)
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0

/** Every test whose file is named after the explorer, in its larger world. */
async function explorer() {
  const counts = await run('node_modules/.bin/vitest', ['run', '--project', 'unit', 'explorer'], { EXPLORER: 'large' })
  return { name: 'explorer, large', counts, note: '' }
}

/**
 * The tests of a store whose server takes longer to come by than `npm test` may, and the story of users in such a database.
 *
 * @param {'mysql' | 'mongodb'} name
 * @returns {Promise<Result>}
 */
async function onStore(name) {
  const { title, variable } = services[name]
  const server = await startService(name).catch((/** @type {Error} */ { message }) => ({ missing: message }))
  if (server.missing !== undefined) {
    console.log(`\n${title}: ${server.missing}`)
    return { name: title, counts: { passed: 0, failed: 0, skipped: 1 }, note: server.missing.split('\n')[0] ?? '' }
  }
  try {
    // Every file that is named after it, and where it is ours, how it comes and goes.
    const files = [`/${name}`, ...(server.own ? ['test/services.test.ts'] : [])]
    const environment = { STORES: name, [variable]: server.url }
    const unit = await run('node_modules/.bin/vitest', ['run', '--project', 'unit', ...files], environment)
    const stories = ['run', '--project', 'e2e', 'koa-identity-legacy-users']
    const counts = add(unit, await run('node_modules/.bin/vitest', stories, environment))
    return { name: title, counts, note: [server.version, server.from, server.note].filter(Boolean).join(', ') }
  } finally {
    await server.stop()
  }
}

/**
 * The stories of several nodes on a store on which a plain `npm test` does not run them.
 *
 * @param {'postgres' | 'mariadb' | 'redis'} name
 * @returns {Promise<Result>}
 */
async function storiesOn(name) {
  const files = ['nodes-killed', 'database-away', 'failover', 'sign-out-on-one-node']
  const counts = await run('node_modules/.bin/vitest', ['run', '--project', 'e2e', ...files], { STORES: name })
  return { name: `stories on ${services[name].title}`, counts, note: '' }
}

/**
 * The built packages on that version, and every framework's adapter.
 *
 * @param {number} major
 * @returns {Promise<Result[]>}
 */
async function onNode(major) {
  const names = [`Node ${major}`, `adapters on Node ${major}`]
  const node = process.versions.node.startsWith(`${major}.`) ? process.execPath : obtainNode(major)
  if (node === null) {
    const missing = { counts: { passed: 0, failed: 0, skipped: 1 }, note: 'no binary for this machine could be had' }
    return names.map((name) => ({ name, ...missing }))
  }
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', 'test/adapters/']
  const counts = [await run(node, ['runtime-tests/node.mjs']), await run(node, vitest)]
  return names.map((name, index) => ({ name, counts: counts[index] ?? { passed: 0, failed: 1, skipped: 0 }, note: '' }))
}

/**
 * The stories of a person at a browser, in another browser than Chromium.
 *
 * @param {'firefox' | 'webkit'} name
 * @returns {Promise<Result>}
 */
async function inBrowser(name) {
  const { title, ensure } = browsers[name]
  const found = ensure()
  if (found === null) return { name: title, counts: { passed: 0, failed: 0, skipped: 1 }, note: 'not here' }
  const counts = await run('node_modules/.bin/vitest', ['run', '--project', 'e2e'], { BROWSER: name })
  return { name: `stories in ${title}`, counts, note: found.version }
}

/** The stories of jQuery on the versions between those that `npm test` runs them on. @returns {Promise<Result>} */
async function onJQuery() {
  const counts = await run('node_modules/.bin/vitest', ['run', '--project', 'e2e', 'jquery-'], {
    JQUERY: 'jquery2,jquery3',
  })
  return { name: 'stories on jQuery 2 and 3', counts, note: '' }
}

/** An application on Next, which is too heavy for `npm ci`. @returns {Promise<Result>} */
async function onNext() {
  return { name: 'Next', counts: await run(process.execPath, ['runtime-tests/next.mjs']), note: '' }
}

/**
 * The tests of NestJS on another version than the one that `npm test` runs them on.
 *
 * @param {11} major
 * @returns {Promise<Result>}
 */
async function onNest(major) {
  const name = `NestJS ${major}`
  if (obtainNest(major) === null) {
    return { name, counts: { passed: 0, failed: 0, skipped: 1 }, note: 'its packages could not be had' }
  }
  const args = ['run', '--config', `runtime-tests/nest-${major}/vitest.config.ts`]
  return { name, counts: await run('node_modules/.bin/vitest', args), note: 'Express, Fastify' }
}

/**
 * Runs a command, passes its output on, and reads its closing line. One that ends badly, or without such a line, has at least
 * one failure.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} [environment]
 * @returns {Promise<Counts>}
 */
function run(command, args, environment = {}) {
  // A URL may hold a password.
  const shown = Object.entries(environment).map(([name, value]) => `${name}=${name.endsWith('_URL') ? '...' : value} `)
  console.log(`\n== ${shown.join('')}${command} ${args.join(' ')}`)
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (bytes) => {
      output += bytes
      process.stdout.write(bytes)
    })
    child.on('error', (error) => console.error(error.message))
    child.on('close', (code) => {
      const line = [...output.matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped$/gm)].at(-1)
      const counts = { passed: Number(line?.[1] ?? 0), failed: Number(line?.[2] ?? 0), skipped: Number(line?.[3] ?? 0) }
      resolve(code === 0 && line ? counts : { ...counts, failed: Math.max(1, counts.failed) })
    })
  })
}

/** @param {Counts} a @param {Counts} b @returns {Counts} */
function add(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}

/** @param {Counts} counts */
function sentence({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
