// @ts-check
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/**
 * `npm run example NAME` builds an example and starts it with all it needs; `npm run example` alone lists what there is. PORT
 * is the port of its pages, so that two can run.
 */
const folder = new URL('../examples/', import.meta.url)
const names = readdirSync(folder).filter((name) => existsSync(new URL(`${name}/src/main.ts`, folder)))
const name = process.argv[2]

if (name === undefined || !names.includes(name)) {
  if (name !== undefined) console.error(`There is no example "${name}".\n`)
  console.log(['npm run example NAME, where NAME is one of', ...names.map(described)].join('\n'))
  process.exitCode = name === undefined ? 0 : 1
} else {
  // Pages without a bundler, and the page guard, serve scripts that are bundled.
  for (const [command, ...args] of [
    ['node_modules/.bin/tsc', '-b', `examples/${name}`],
    [process.execPath, 'scripts/script-tag.mjs'],
    [process.execPath, 'scripts/page-script.mjs'],
  ]) {
    const built = spawnSync(/** @type {string} */ (command), args, { stdio: 'inherit' })
    if (built.status !== 0) process.exit(built.status ?? 1)
  }
  const child = spawn(process.execPath, ['--no-warnings', `examples/${name}/dist/main.js`], { stdio: 'inherit' })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => process.exit(code ?? 0))
}

/** @param {string} name */
function described(name) {
  const { description } = JSON.parse(readFileSync(new URL(`${name}/package.json`, folder), 'utf8'))
  return `  ${name.padEnd(24)}${description}`
}
