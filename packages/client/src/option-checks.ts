import { unknownOption } from '@sessionward/protocol'
import type { ClientOptions } from './config.js'

// Bundlers leave this file out of a page that is built for production, by the export condition of that name: it gets
// `option-checks.production.ts`.

/** A day, in seconds: a much longer timer would overflow and fire at once. */
const longest = 86_400

const anOrigin = 'an http(s) origin such as https://auth.example.com'

const expected: Readonly<Record<string, string>> = {
  server: `${anOrigin}, or \`defineBackend({...})\``,
  origins: 'a list of origins',
  basePath: 'a path such as /auth',
  clientId: 'letters, digits, _ and -',
  transport: '`cookie` or `body`',
  onReauth: 'a function',
  patience: `seconds, less than ${longest}`,
  live: 'a boolean',
  keepAlive: 'a boolean or { every: seconds }',
  timeouts: `seconds, less than ${longest}: 0 < request < lock, 0 < reauth`,
  vault: 'a function',
  environment: 'an environment',
}

/** What is wrong with an option of `createClient`, and what was expected. */
export function explainOption(
  option: 'server' | 'origins' | 'transport',
  { server, origins }: ClientOptions,
  page: string | undefined,
): string {
  if (option === 'transport') {
    const cure = page?.startsWith('http') ? ', or both on one site' : ''
    return `\`transport\` must be \`body\`${cure}: pages of ${page} get no cookies of ${new URL(`${server}`).origin}.`
  }
  return mustBe(option, option === 'origins' && Array.isArray(origins) ? anOrigin : expected[option])
}

/**
 * @param unknown The members of `options` that are no options.
 * @throws TypeError for the first of those, and for an option that is invalid by itself.
 */
export function checkOptions(options: ClientOptions, unknown: object): void {
  const { origins = [], basePath = '', clientId = '_', transport = 'body' } = options
  const { patience = 0, live = false, keepAlive = false, timeouts = {} } = options
  const { request = 8, lock = 10, reauth = 300 } = timeouts
  const every = keepAlive === true ? 0 : (keepAlive as { readonly every: number }).every
  const mistake =
    unknownOption(unknown, Object.keys(expected)) ?? unknownOption(timeouts, ['request', 'lock', 'reauth'], 'timeouts')
  if (mistake) throw new TypeError(`createClient: ${mistake}`)

  check('origins', Array.isArray(origins))
  check('basePath', /^(\/[^/?#]+)*$/.test(basePath))
  check('clientId', /^[\w-]+$/.test(clientId))
  check('transport', /^(cookie|body)$/.test(transport))
  check('patience', isDuration(patience))
  check('timeouts', 0 < request && request < lock && isDuration(lock) && 0 < reauth && isDuration(reauth))
  check('live', live === !!live)
  check('keepAlive', keepAlive === false || isDuration(every))
}

function check(option: string, valid: boolean): void {
  if (!valid) throw new TypeError(`createClient: ${mustBe(option, expected[option])}`)
}

function mustBe(option: string, what: string | undefined): string {
  return `\`${option}\` must be ${what}.`
}

function isDuration(seconds: number): boolean {
  return 0 <= seconds && seconds < longest
}
