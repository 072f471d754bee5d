// @ts-check
import { debianCommands, installDebianPackages, mayInstallServers } from '../debian.mjs'
import { obtainChroot } from './chroot.mjs'
import { dockerEngine, startInDocker } from './docker.mjs'
import { mariadb } from './mariadb.mjs'
import { mongodb } from './mongodb.mjs'
import { mysql } from './mysql.mjs'
import { postgres } from './postgres.mjs'
import { redis } from './redis.mjs'
import { startPrograms } from './start-programs.mjs'

/** @typedef {import('./service.mjs').Service} Service */
/** @typedef {import('./service.mjs').Started} Started */
/** @typedef {import('./service.mjs').Own} Own */
/** @typedef {keyof typeof services} ServiceName */

export const services = { postgres, mariadb, mysql, mongodb, redis }

/** @typedef {{ missing: string, url?: undefined }} Missing there is none, and what a person can do about it */

/**
 * A server for tests, benches and stories: the one whose URL the environment names, else one of our own, else a container where
 * an engine answers, else one of our own from Debian's packages where these may be installed (root, with CI or ALLOW_APT=1
 * set). It goes with `stop`, or with this process, however that ends.
 *
 * @param {ServiceName} name
 * @param {object} [options]
 * @param {readonly string[]} [options.args] more arguments for the server, where it is ours; later ones win
 * @returns {Promise<Started | Missing>}
 * @throws when there is one that does not start, or does not answer
 */
export async function startService(name, { args = [] } = {}) {
  const service = services[name]
  const url = process.env[service.variable]
  if (url) return given(service, url)
  if (service.find() === null && (await dockerEngine())) return startInDocker(service, args)
  return startOwnService(name, { args })
}

/**
 * A process, a port and a folder of our own, whatever the environment names: for a test that takes its server down.
 *
 * @param {ServiceName} name
 * @param {object} [options]
 * @param {readonly string[]} [options.args] more arguments for the server; later ones win
 * @returns {Promise<Started & { own: Own } | Missing>}
 * @throws when there is one that does not start
 */
export async function startOwnService(name, { args = [] } = {}) {
  const service = services[name]
  if (service.find() === null && service.debian.length > 0 && mayInstallServers()) installDebianPackages(service.debian)
  const installed = service.find()
  if (installed) return startPrograms(service, installed, args)
  if (!service.chroot) return { missing: missing(service) }
  const root = await obtainChroot(name, service.chroot).catch((/** @type {Error} */ error) => error)
  if (root instanceof Error) return { missing: missing(service, root.message) }
  return startPrograms(service, service.chroot.programs, args, root)
}

/** @param {string} name @returns {name is ServiceName} */
export function isServiceName(name) {
  return Object.hasOwn(services, name)
}

/**
 * Does beforehand what `startService` would do when somebody waits for it already: installs packages, at one go, and builds
 * chroots. What fails, fails again in `startService`, which says so.
 *
 * @param {readonly ServiceName[]} names
 */
export async function prepareServices(names) {
  const missing = names.filter((name) => !process.env[services[name].variable] && services[name].find() === null)
  if (missing.length === 0 || (await dockerEngine())) return
  const packages = missing.flatMap((name) => services[name].debian)
  if (packages.length > 0 && mayInstallServers()) installDebianPackages(packages)
  for (const name of missing) {
    const { chroot } = services[name]
    if (chroot) await obtainChroot(name, chroot).catch(() => {})
  }
}

/** @param {Service} service @param {string} url @returns {Promise<Started>} */
async function given(service, url) {
  const { version, note } = await service.identify(url).catch((/** @type {Error} */ error) => {
    throw new Error(`${service.variable} is set, but ${service.title} does not answer there: ${error.message}`)
  })
  /** @type {Set<string>} */
  const databases = new Set()
  return {
    url,
    version,
    ...(note && { note }),
    from: service.variable,
    own: null,
    createDatabase(name) {
      databases.add(name)
      return service.createDatabase(url, name)
    },
    async stop() {
      for (const name of databases) await service.dropDatabases(url, name)
    },
  }
}

/** @param {Service} service @param {string} [reason] */
function missing({ title, variable, example, image, debian }, reason) {
  const packages = debian.length > 0 ? [`on Debian:        ${debianCommands(debian)}`] : []
  const others = [
    `with containers:  start Docker, which then runs ${image.name}`,
    `or name one:      ${variable}=${example} npm test`,
  ]
  return [`no ${title} here${reason ? `: ${reason}` : ''}. Either`, ...packages, ...others].join('\n  ')
}
