import { unknownOption } from '@sessionward/protocol'
import type { ClientOptions } from './config.js'

const anOrigin = 'an http(s) origin such as https://auth.example.com'
const lessThanADay = 'seconds, less than 86400'

const expected: Readonly<Record<string, string>> = {
  server: `${anOrigin}, or \`defineBackend({...})\``,
  origins: 'a list of origins',
  basePath: 'a path such as /auth',
  clientId: 'letters, digits, _ and -',
  transport: '`cookie` or `body`',
  onReauth: 'a function',
  patience: lessThanADay,
  live: 'a boolean',
  keepAlive: 'a boolean or { every: seconds }',
  timeouts: `${lessThanADay}: 0 < request < lock, 0 < reauth`,
  vault: 'a function',
  environment: 'an environment',
}

/**
 * What is wrong with an option of `createClient`, and what was expected.
 *
 * Bundlers leave these sentences out of a page that is built for production, by the export condition of that name: it gets
 * `option-errors.production.ts`.
 */
export function explainOption(option: string, options: ClientOptions, page: string | undefined): string {
  const { transport = 'cookie', timeouts = {}, server, origins } = options
  const unknown =
    unknownOption(options, Object.keys(expected)) ?? unknownOption(timeouts, ['request', 'lock', 'reauth'], 'timeouts')
  if (unknown) return unknown
  if (option === 'origins' && Array.isArray(origins)) return `\`origins\` must be ${anOrigin}.`
  if (option !== 'transport' || transport !== 'cookie') return `\`${option}\` must be ${expected[option]}.`
  const cure = page?.startsWith('http') ? ', or both on one site' : ''
  return `\`transport\` must be \`body\`${cure}: pages of ${page} get no cookies of ${new URL(`${server}`).origin}.`
}
