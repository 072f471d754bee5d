// @ts-check
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'

/**
 * `npm run tarballs`: packs what would be published into ./tarballs, and prints the line that installs all of it together with
 * Express. It goes when the packages are on npm.
 */
const folder = resolve('tarballs')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
const packages = ['protocol', 'guard', 'client', 'server', 'sessionward']
const flags = packages.flatMap((name) => ['--workspace', `packages/${name}`])
const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder, ...flags], { encoding: 'utf8' })
/** @type {{ filename: string }[]} */
const files = Object.values(JSON.parse(packed))
console.log('\nIn your own folder:\n')
console.log(`npm install express ${files.map(({ filename }) => resolve(folder, filename)).join(' ')}\n`)
