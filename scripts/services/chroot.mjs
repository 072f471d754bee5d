// @ts-check
import { existsSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { debianCommands, installDebianPackages, isDebianRoot, mayInstallServers } from '../debian.mjs'
import { findExecutable, run } from './executables.mjs'

/**
 * Programs of another Debian suite than the machine's own, in a folder of their own.
 *
 * @typedef {object} Recipe
 * @property {string} suite of Debian
 * @property {readonly string[]} packages
 * @property {readonly (readonly [target: string, path: string])[]} links that the packages' own scripts would make
 * @property {import('./service.mjs').Programs} programs inside it
 */

/** @type {Map<Recipe, Promise<string>>} */
const building = new Map()

/**
 * The folder, built if it is not there yet: from the mirror that apt is configured with, as it is configured.
 *
 * It is kept in the user's cache and not in .cache of the checkout: a fresh clone, as in CI, would build it again each time, and
 * the tools that walk through a checkout would walk through half a system.
 *
 * @param {string} name
 * @param {Recipe} recipe
 * @returns {Promise<string>}
 * @throws when it cannot be built here, with the reason
 */
export function obtainChroot(name, recipe) {
  const built = building.get(recipe) ?? build(name, recipe)
  building.set(recipe, built)
  return built
}

/** @param {string} name @param {Recipe} recipe */
async function build(name, { suite, packages, links }) {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sessionward')
  const root = join(cache, `${name}-${suite}`)
  if (!isDebianRoot()) throw new Error(`a chroot of Debian ${suite} needs root on Debian`)
  if (existsSync(root)) return root
  const program = mmdebstrap()
  console.log(`Building a chroot of Debian ${suite} with ${packages.join(' and ')}; this happens once a machine.`)
  await mkdir(cache, { recursive: true })
  const draft = `${root}.${process.pid}`
  try {
    // "extract" runs none of the packages' scripts: nothing is configured, so it takes a third of the time, and what a server
    // needs of it is done below.
    const include = `--include=base-files,${packages.join(',')}`
    const args = ['--quiet', '--variant=extract', include, ...(await aptOptions()), suite, draft, await mirror()]
    await run(program, args).catch((/** @type {Error} */ cause) => {
      const why = /^E: (.+)/m.exec(cause.message)?.[1] ?? 'it says nothing more'
      throw new Error(`mmdebstrap could not build a chroot of Debian ${suite}: ${why}`, { cause })
    })
    writeFileSync(join(draft, 'etc/passwd'), 'nobody:x:65534:65534::/:/bin/sh\n')
    for (const [target, path] of links) symlinkSync(target, join(draft, path))
    if (!existsSync(root)) renameSync(draft, root)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  return root
}

function mmdebstrap() {
  if (!findExecutable('mmdebstrap') && mayInstallServers()) installDebianPackages(['mmdebstrap'])
  const found = findExecutable('mmdebstrap')
  if (!found) throw new Error(`a chroot needs mmdebstrap: ${debianCommands(['mmdebstrap'])}`)
  return found
}

async function mirror() {
  // Without "release info" also those whose lists were never fetched, or were thrown away as in a container's image.
  const all = ['indextargets', '--no-release-info', '--format', '$(REPO_URI)', 'Created-By: Packages']
  const listed = await run('apt-get', all)
  const found = listed.split('\n').find((uri) => /\/debian\/?$/.test(uri))
  if (!found) throw new Error('apt is configured with no mirror of Debian')
  return found
}

/** Of the machine's apt: its proxy, and whether it takes a list for stale, as that of a mirror frozen in time. */
async function aptOptions() {
  const config = await run('apt-config', ['dump'])
  const taken = config
    .split('\n')
    .filter((line) => /^Acquire::(Check-|https?::|ftp::)/i.test(line) && !line.endsWith('"";'))
  return taken.map((line) => `--aptopt=${line}`)
}
