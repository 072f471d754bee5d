import {
  createHash,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  randomUUID,
  timingSafeEqual,
} from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkOptionNames } from '../input/option-names.js'

/**
 * A key that seals refresh tokens. A new one is *listed* on every node first, then *minting* on one after the other, and
 * *retired* when the absolute timeout has passed since the last node minted with it.
 */
export interface RefreshKey {
  /** 0 to 255; written in each token, so never given to another key. */
  readonly id: number
  /** At least 32 bytes from a random source. */
  readonly secret: string | Uint8Array
  /** Whether the key is only read, also seals, or is about to go. */
  readonly state: 'listed' | 'minting' | 'retired'
}

/** Secrets come from configuration and never enter the store or its backups. */
export interface Secrets {
  /** Exactly one is `minting`. */
  readonly refresh: readonly RefreshKey[]
  /** Seals the private signing keys that the store keeps. At least 32 bytes from a random source. */
  readonly seal: string | Uint8Array
  /** Credentials with which guards on other machines read the revocation feed. Default: none, and no feed over HTTP. */
  readonly guards?: readonly string[]
}

const states: readonly RefreshKey['state'][] = ['listed', 'minting', 'retired']

/**
 * A secret with two uses is compromised for both if one leaks, and a guard must not be able to mint refresh tokens.
 *
 * @throws TypeError where two of them are the same.
 */
export function requireDistinct({ refresh, seal, guards = [] }: Secrets): void {
  const listed = Array.isArray(refresh) ? refresh.map((key) => key?.secret) : []
  const given = [...listed, seal, ...(Array.isArray(guards) ? guards : [])].filter((secret) => secret !== undefined)
  const texts = given.map((secret) => Buffer.from(secret ?? '').toString('base64'))
  if (new Set(texts).size === texts.length) return
  throw new TypeError('secrets: refresh, seal and guards must all be different, each from "openssl rand -base64 48"')
}

/** The refresh keys, ready for use. */
export interface MacKeys {
  readonly minting: { readonly id: number; readonly key: KeyObject }
  /** `unknown`: this node's configuration does not list it yet. */
  find(id: number): KeyObject | 'retired' | 'unknown'
}

/** @throws TypeError that names the option and what was expected, never the secret. */
export function readMacKeys(refresh: readonly RefreshKey[]): MacKeys {
  if (!Array.isArray(refresh)) throw new TypeError('secrets.refresh must be a list of { id, secret, state }')
  const keys = new Map<number, KeyObject | 'retired'>()
  for (const entry of refresh) {
    const { id, secret, state }: RefreshKey = entry ?? {}
    if (!Number.isInteger(id) || id < 0 || id > 255) {
      throw new TypeError('secrets.refresh: each id must be a whole number from 0 to 255')
    }
    if (keys.has(id)) throw new TypeError(`secrets.refresh: the id ${id} appears twice`)
    const label = `secrets.refresh (id ${id})`
    if (!states.includes(state)) throw new TypeError(`${label}: state must be one of ${states.join(', ')}`)
    keys.set(id, state === 'retired' ? 'retired' : macKey(strongSecret(secret, label)))
  }
  const minting = refresh.filter((key) => key.state === 'minting')
  if (minting.length !== 1) {
    throw new TypeError(`secrets.refresh: exactly one key must have the state minting; found ${minting.length}`)
  }
  const id = minting[0]!.id
  return { minting: { id, key: keys.get(id) as KeyObject }, find: (wanted) => keys.get(wanted) ?? 'unknown' }
}

function macKey(secret: Uint8Array): KeyObject {
  return createSecretKey(new Uint8Array(hkdfSync('sha256', secret, '', 'sessionward refresh mac', 32)))
}

const minimumBytes = 32
const minimumDistinct = 12

/** What the placeholders of documents and templates say. Of two million random secrets in base64 about one has such a word. */
const placeholder = /change|secret|password|example|replace|placeholder|production|development/i

/** Nothing but words and short numbers. */
const phrase = /^(?:[A-Z]?[a-z]+|[A-Z]+|\d{1,4})(?:[-_.,: ]+(?:[A-Z]?[a-z]+|[A-Z]+|\d{1,4}))*[.!?]*$/

/**
 * The bytes of a secret.
 *
 * @throws TypeError where it is missing, short, or plainly not random: fewer than 12 different bytes, a word that placeholders
 * have (such as "change" or "secret"), or a phrase of words. It cannot tell every other text that somebody has typed.
 */
export function strongSecret(secret: string | Uint8Array | undefined, option: string): Uint8Array {
  const bytes = typeof secret === 'string' ? Buffer.from(secret, 'utf8') : secret
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${option} is missing: expected at least 32 random bytes`)
  if (bytes.length < minimumBytes) {
    throw new TypeError(
      `${option} is too short: it has ${bytes.length} bytes, expected at least ${minimumBytes} random bytes`,
    )
  }
  if (new Set(bytes).size < minimumDistinct) {
    throw new TypeError(`${option} is not random: expected random bytes, such as from "openssl rand -base64 48"`)
  }
  const text = Buffer.from(bytes).toString('latin1')
  if (/^[ -~]*$/.test(text) && (placeholder.test(text) || phrase.test(text))) {
    throw new TypeError(
      `${option} is a placeholder or a phrase: expected random bytes, such as from "openssl rand -base64 48"`,
    )
  }
  return bytes
}

/** Whether a string is one of the guards' credentials, in constant time: digests are compared. */
export function readGuardCredentials(guards: readonly string[] = []): (presented: string) => boolean {
  if (!Array.isArray(guards)) throw new TypeError('secrets.guards must be a list of strings')
  const digests = guards.map((credential: string, index) => {
    if (typeof credential !== 'string' || !/^[\x21-\x7e]+$/.test(credential)) {
      throw new TypeError(
        `secrets.guards[${index}] must be a string of visible ASCII characters: it is sent in a header`,
      )
    }
    strongSecret(credential, `secrets.guards[${index}]`)
    return digest(credential)
  })
  return (presented) => {
    const wanted = digest(presented)
    return digests.reduce((found, candidate) => timingSafeEqual(candidate, wanted) || found, false)
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/**
 * The secrets as an application gives them; {@link readSecrets} makes them complete. The types accept `undefined` because
 * `process.env.X` may be that; a secret that is undefined is refused with its name.
 */
export interface GivenSecrets {
  /** Exactly one is `minting`. */
  readonly refresh?: readonly GivenRefreshKey[] | undefined
  /** Seals the private signing keys that the store keeps. At least 32 bytes from a random source. */
  readonly seal?: Secrets['seal'] | undefined
  /** Credentials with which guards on other machines read the revocation feed. Default: none, and no feed over HTTP. */
  readonly guards?: readonly (string | undefined)[] | undefined
}

/** A refresh key as an application gives it. */
export interface GivenRefreshKey extends Omit<RefreshKey, 'secret'> {
  /** At least 32 bytes from a random source. A retired key needs none. */
  readonly secret?: RefreshKey['secret'] | undefined
}

/** @throws TypeError where an environment variable that should hold the secret is not set, or empty. */
export function requirePresent(secret: unknown, option: string, hint = ''): void {
  if (secret !== undefined && secret !== null && secret !== '') return
  const found = secret === '' ? 'empty' : String(secret)
  throw new TypeError(`${option} is missing (${found}): is the environment variable set?${hint}`)
}

export const howToMake = ' Make one with "openssl rand -base64 48"'

/** Presence is checked before difference: two secrets that are both missing are not "the same secret". */
function requireAllPresent({ refresh, guards }: GivenSecrets): void {
  for (const [index, key] of (Array.isArray(refresh) ? refresh : []).entries()) {
    // An entry that is no object, and one with an unknown state, are refused with the keys.
    if (key?.state === 'listed' || key?.state === 'minting')
      requirePresent(key.secret, `secrets.refresh[${index}].secret`, howToMake)
  }
  for (const [index, credential] of (Array.isArray(guards) ? guards : []).entries())
    requirePresent(credential, `secrets.guards[${index}]`)
}

const known: Readonly<Record<keyof Secrets, true>> = { refresh: true, seal: true, guards: true }

/**
 * In development `guards` can be given alone: the other secrets are then those that development keeps.
 *
 * @throws TypeError that names the secret and what was expected.
 */
export function readSecrets(
  given: GivenSecrets | undefined,
  mode: 'production' | 'development',
  dataFolder: string,
): Secrets {
  if (given === undefined && mode === 'production') {
    throw new TypeError('secrets is missing: production needs { refresh: [{ id, secret, state }], seal }')
  }
  if (given !== undefined && (typeof given !== 'object' || given === null)) {
    throw new TypeError('secrets must be { refresh: [{ id, secret, state }], seal }')
  }
  checkOptionNames('secrets', given ?? {}, known)
  const { refresh, seal } = given ?? {}
  requireAllPresent(given ?? {})
  const guards = (given?.guards ?? []) as readonly string[]
  if (refresh === undefined && seal === undefined && mode === 'development') {
    const complete = { ...developmentSecrets(dataFolder), guards }
    requireDistinct(complete)
    return complete
  }
  requirePresent(seal, 'secrets.seal', howToMake)
  strongSecret(seal, 'secrets.seal')
  const complete = { refresh: refresh as Secrets['refresh'], seal: seal as Secrets['seal'], guards }
  requireDistinct(complete)
  return complete
}

/** Secrets for development: created once and kept in a file that only its owner can read. */
export function developmentSecrets(folder: string): Secrets {
  const file = join(folder, 'development-secrets.json')
  const made = { refresh: randomBytes(48).toString('base64'), seal: randomBytes(48).toString('base64') }
  mkdirSync(folder, { recursive: true })
  // Written aside and linked into its place, so that a second process finds all of it or nothing.
  const draft = `${file}.${randomUUID()}`
  writeFileSync(draft, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
  const kept = readKept(file)
  return { refresh: [{ id: 1, secret: kept.refresh, state: 'minting' }], seal: kept.seal }
}

function readKept(file: string): { readonly refresh: string; readonly seal: string } {
  const { refresh, seal } = parsed(readFileSync(file, 'utf8'))
  if (typeof refresh === 'string' && typeof seal === 'string') return { refresh, seal }
  throw new TypeError(`${file} must contain the strings "refresh" and "seal"; delete it to create new ones`)
}

/** The parser's own message would quote the file, secrets and all. */
function parsed(text: string): { readonly refresh?: unknown; readonly seal?: unknown } {
  try {
    return (JSON.parse(text) as object | null) ?? {}
  } catch {
    return {}
  }
}
