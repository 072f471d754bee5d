// @ts-check
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { obtainNode } from './node-versions.mjs'

/**
 * `npm run bench`: every bench one after the other, so that none shares its cores with another; `npm run bench -- refresh`
 * only those named; each receives what begins with `--`. `--node=24` runs them on another major version of Node. A bench is
 * `bench/<name>.mjs` or `bench/<name>/run.mjs`; it says itself whether its aim was met.
 */
const benches = readdirSync('bench', { withFileTypes: true })
  .map((entry) => ({
    name: entry.name.replace(/\.mjs$/, ''),
    file: entry.isDirectory() ? `bench/${entry.name}/run.mjs` : `bench/${entry.name}`,
  }))
  .filter(({ file }) => file.endsWith('.mjs') && existsSync(file))
const words = process.argv.slice(2)
const flags = words.filter((word) => word.startsWith('--'))
const named = words.filter((word) => !flags.includes(word))
const unknown = named.filter((name) => !benches.some((bench) => bench.name === name))
if (unknown.length > 0) {
  console.error(`No bench is called ${unknown.join(' or ')}. There are: ${benches.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

const major = flags.find((flag) => flag.startsWith('--node='))?.slice('--node='.length)
const node = major === undefined ? process.execPath : obtainNode(Number(major))
if (!node) {
  console.error(
    `Node ${major} cannot be installed: expected --node= and a major version that the registry has, such as 24`,
  )
  process.exit(2)
}

let failed = 0
for (const { name, file } of benches.filter((bench) => named.length === 0 || named.includes(bench.name))) {
  console.log(`\n== ${name}, Node ${spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim().slice(1)}`)
  const { status } = spawnSync(node, [file, ...flags], { stdio: 'inherit' })
  if (status !== 0) failed++
}
process.exitCode = failed === 0 ? 0 : 1
