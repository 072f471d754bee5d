// @ts-check
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { isServiceName, services, startService } from './start.mjs'

/** @typedef {import('./start.mjs').ServiceName} ServiceName */
/** @typedef {import('./service.mjs').Started} Started */
/** @typedef {import('./start.mjs').Missing} Missing */

/**
 * What a test file is told: where the service is, or why it is not.
 *
 * @typedef {{ url: string, from: string, version: string, note?: string, missing?: undefined } | { missing: string, url?: undefined }} Answer
 * @typedef {Partial<Record<ServiceName, Answer>>} Answers
 */

/**
 * Where the test files of a run, in several processes, ask for services. One is started when the first file asks for
 * it, so that nobody waits for a database that no test needs; all are ended together.
 */
export class ServiceDesk {
  /** @type {Map<ServiceName, Promise<Started | Missing>>} */
  #services = new Map()
  // The answers hold the URLs of the environment, which may hold passwords: only who was told the path may ask.
  #secret = randomBytes(16).toString('hex')
  #server = createServer(async (request, response) => {
    const [, secret, name = '', what] = request.url?.split('/') ?? []
    try {
      if (secret !== this.#secret) throw new Error('There is no such desk')
      response.end(JSON.stringify(await this.#answer(name, what)))
    } catch (error) {
      response.writeHead(500).end(error instanceof Error ? error.message : String(error))
    }
  })

  /** @returns {Promise<string>} its URL: append a service's name, and `/database` for a new database there */
  async open() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve(undefined)))
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('The service desk has no port')
    return `http://127.0.0.1:${address.port}/${this.#secret}`
  }

  /** Ends it, and everything that was started. */
  async close() {
    this.#server.close()
    this.#server.closeAllConnections()
    const started = await Promise.allSettled(this.#services.values())
    await Promise.all(
      started.map(({ status, ...rest }) => 'value' in rest && 'stop' in rest.value && rest.value.stop()),
    )
  }

  /** @param {string} name @param {string | undefined} what */
  async #answer(name, what) {
    if (name === '') {
      // Those of the environment too: a test may take the URL from there itself.
      const named = Object.keys(services).filter(isServiceName)
      const known = named.filter((n) => this.#services.has(n) || process.env[services[n].variable])
      return Object.fromEntries(await Promise.all(known.map((n) => this.#entry(n))))
    }
    if (!isServiceName(name)) throw new Error(`There is no service ${name}`)
    if (what === undefined) return answerOf(await this.#started(name))
    const started = await this.#started(name)
    if (started.missing !== undefined) throw new Error(started.missing)
    const database = `t_${randomBytes(6).toString('hex')}`
    return { name: database, url: await started.createDatabase(database) }
  }

  /** @param {ServiceName} name @returns {Promise<[string, Answer]>} */
  async #entry(name) {
    const failed = (/** @type {Error} */ { message }) => ({ missing: message })
    return [name, answerOf(await this.#started(name).catch(failed))]
  }

  /** @param {ServiceName} name */
  #started(name) {
    const known = this.#services.get(name)
    if (known) return known
    const start = performance.now()
    const started = startService(name)
    this.#services.set(name, started)
    started.then(
      (answer) => report(services[name].title, answer, (performance.now() - start) / 1000),
      () => {},
    )
    return started
  }
}

/** @param {string} title @param {Started | Missing} answer @param {number} seconds */
function report(title, answer, seconds) {
  if (answer.missing !== undefined) console.log(`${title}: ${answer.missing}`)
  else
    console.log(
      `${title} ${answer.version}: ${answer.from}, answered after ${seconds.toFixed(1)} s${answer.note ? ` (${answer.note})` : ''}`,
    )
}

/** @param {Started | Missing} answer @returns {Answer} */
function answerOf(answer) {
  if (answer.missing !== undefined) return answer
  const { url, from, version, note } = answer
  return { url, from, version, ...(note && { note }) }
}
