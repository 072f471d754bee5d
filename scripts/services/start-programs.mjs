// @ts-check
import { accountFor, run } from './executables.mjs'
import { Place, ServerProcess } from './server-process.mjs'

/** @typedef {import('./service.mjs').Service} Service */
/** @typedef {import('./service.mjs').Started} Started */
/** @typedef {import('./service.mjs').Own} Own */

/**
 * A server of our own from its programs, ready to answer.
 *
 * @param {Service} service
 * @param {import('./service.mjs').Programs} programs
 * @param {readonly string[]} args
 * @param {string} [root] of a chroot
 * @returns {Promise<Started & { own: Own }>}
 */
export async function startPrograms(service, programs, args, root) {
  const { front } = programs
  const account = accountFor(root ? [] : programs.accounts)
  const place = await Place.make(programs.signal, account, root)
  const url = service.url(place.port)
  /** @type {import('./service.mjs').Identity} */
  let identity = { version: '', folder: '' }
  const inside = (/** @type {readonly string[]} */ command) =>
    root && account ? ['chroot', `--userspec=${account.uid}:${account.gid}`, root, ...command] : command
  const as = root ? undefined : account
  const server = new ServerProcess(place, {
    command: inside([...programs.command(place), ...args]),
    signal: programs.signal,
    ...(as && { account: as }),
    ...(front && { front: () => front(place) }),
    async answers() {
      identity = await service.identify(url)
      if (identity.folder !== place.data) throw new Error(`another ${service.title} answers on port ${place.port}`)
    },
  })
  try {
    const preparation = programs.prepare(place)
    if (preparation) {
      const [command = '', ...rest] = place.janitor.watched(inside(preparation))
      await run(command, rest, { ...as, cwd: place.hostFolder })
      place.janitor.forget()
    }
    await server.up()
  } catch (error) {
    await server.stop()
    // Between the search for a free port and the server's start another took it.
    if (/address already in use/i.test(String(error))) return startPrograms(service, programs, args, root)
    throw error
  }
  return {
    url,
    version: identity.version,
    ...(identity.note && { note: identity.note }),
    from: root ? `chroot of Debian ${service.chroot?.suite}` : 'installed',
    own: server,
    createDatabase: (name) => service.createDatabase(url, name),
    stop: () => server.stop(),
  }
}
