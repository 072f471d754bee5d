// @ts-check
import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from './executables.mjs'
import { Janitor } from './janitor.mjs'
import { freePort } from './server-process.mjs'

/** Includes the first run of an image's own preparations, not its download, which `docker run` has behind it then. */
const startsWithin = 120

/** @type {Promise<boolean> | undefined} */
let engine

/** Whether a container engine answers: its command alone does not run anything. */
export function dockerEngine() {
  engine ??= run('docker', ['info']).then(
    () => true,
    () => false,
  )
  return engine
}

/**
 * A container of our own, removed with what it wrote by `stop` or at the end of this process.
 *
 * @param {import('./service.mjs').Service} service
 * @param {readonly string[]} args
 * @returns {Promise<import('./service.mjs').Started>}
 */
export async function startInDocker({ image, url: urlOf, identify, createDatabase }, args) {
  const name = `sessionward-${randomBytes(6).toString('hex')}`
  const port = await freePort()
  const janitor = new Janitor(mkdtempSync(join(tmpdir(), 'sessionward-')), 'SIGTERM', [
    'docker',
    'rm',
    '--force',
    '--volumes',
    name,
  ])
  const environment = Object.entries(image.environment ?? {}).flatMap((pair) => ['--env', pair.join('=')])
  const publish = ['--publish', `127.0.0.1:${port}:${image.port}`]
  const url = (image.url ?? urlOf)(port)
  try {
    await run('docker', [
      'run',
      '--detach',
      '--name',
      name,
      ...publish,
      ...environment,
      image.name,
      ...image.args,
      ...args,
    ])
    const { version } = await answered(async () => {
      await image.afterStart?.(url)
      return identify(url)
    })
    return {
      url,
      version,
      from: `container of ${image.name}`,
      own: null,
      createDatabase: (database) => createDatabase(url, database),
      stop: () => janitor.finish(),
    }
  } catch (error) {
    await janitor.finish()
    throw error
  }
}

/** @template T @param {() => Promise<T>} ask */
async function answered(ask) {
  const deadline = Date.now() + startsWithin * 1000
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await sleep(100)
    }
  }
}
