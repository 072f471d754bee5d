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
 * A key that authenticates refresh tokens. Add a new key as *listed* on every node first, then make it *minting* on one node after
 * the other. Make the old one *retired* when the absolute timeout has passed since the last node minted with it.
 */
export interface RefreshKey {
  /** 0 to 255. Tokens contain it, so never reuse it for another key. */
  readonly id: number
  /** At least 32 bytes from a random source. */
  readonly secret: string | Uint8Array
  /** `listed`: verifies tokens. `minting`: also makes them. `retired`: its tokens are refused as expired. */
  readonly state: 'listed' | 'minting' | 'retired'
}

/** Secrets come from configuration and are never written to the store. */
export interface Secrets {
  /** Exactly one is `minting`. */
  readonly refresh: readonly RefreshKey[]
  /** Encrypts the private signing keys in the store. At least 32 bytes from a random source. */
  readonly seal: string | Uint8Array
  /** Credentials with which guards on other machines read the revocation feed. Default: none, and no feed over HTTP. */
  readonly guards?: readonly string[]
}

const states: readonly RefreshKey['state'][] = ['listed', 'minting', 'retired']

/**
 * Refuses a secret that has two uses: a leak would compromise both, and a guard could mint refresh tokens.
 *
 * @throws TypeError if two secrets are equal.
 */
export function requireDistinct({ refresh, seal, guards = [] }: Secrets): void {
  const listed = Array.isArray(refresh) ? refresh.map((key) => key?.secret) : []
  const given = [...listed, seal, ...(Array.isArray(guards) ? guards : [])].filter((secret) => secret !== undefined)
  const texts = given.map((secret) => Buffer.from(secret ?? '').toString('base64'))
  if (new Set(texts).size === texts.length) return
  throw new TypeError('secrets: refresh, seal and guards must all be different, each from "openssl rand -base64 48"')
}

/** The keys of the option `secrets.refresh`, as MAC keys. */
export interface MacKeys {
  readonly minting: { readonly id: number; readonly key: KeyObject }
  /** `unknown`: this node's configuration does not list the key yet. */
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
    keys.set(id, state === 'retired' ? 'retired' : macKey(requireStrongSecret(secret, label)))
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

const minSecretBytes = 32
const minDistinctBytes = 12

/** Words of placeholders in documents and templates. About one in two million random base64 secrets contains one. */
const placeholder = /change|secret|password|example|replace|placeholder|production|development/i

/** Words and short numbers only. */
const phrase = /^(?:[A-Z]?[a-z]+|[A-Z]+|\d{1,4})(?:[-_.,: ]+(?:[A-Z]?[a-z]+|[A-Z]+|\d{1,4}))*[.!?]*$/

/**
 * Returns the bytes of a secret.
 *
 * @throws TypeError if it is missing, short, or plainly not random: fewer than 12 different bytes, a word from placeholders
 * (such as "change" or "secret"), or a phrase. Other strings that a person made up are not recognised.
 */
export function requireStrongSecret(secret: string | Uint8Array | undefined, option: string): Uint8Array {
  const bytes = typeof secret === 'string' ? Buffer.from(secret, 'utf8') : secret
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${option} is missing: expected at least 32 random bytes`)
  if (bytes.length < minSecretBytes) {
    throw new TypeError(
      `${option} is too short: it has ${bytes.length} bytes, expected at least ${minSecretBytes} random bytes`,
    )
  }
  if (new Set(bytes).size < minDistinctBytes) {
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

/** Returns a function that checks for a guard's credential in constant time, by comparing digests. */
export function readGuardCredentials(guards: readonly string[] = []): (presented: string) => boolean {
  if (!Array.isArray(guards)) throw new TypeError('secrets.guards must be a list of strings')
  const digests = guards.map((credential: string, index) => {
    if (typeof credential !== 'string' || !/^[\x21-\x7e]+$/.test(credential)) {
      throw new TypeError(
        `secrets.guards[${index}] must be a string of visible ASCII characters: it is sent in a header`,
      )
    }
    requireStrongSecret(credential, `secrets.guards[${index}]`)
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
 * The option `secrets`. The types accept `undefined` because `process.env.X` may be undefined; an undefined secret is refused with
 * an error that names it.
 */
export interface SecretsOptions {
  /** Exactly one is `minting`. Default: created in development, required in production. */
  readonly refresh?: readonly RefreshKeyOptions[] | undefined
  /**
   * Encrypts the private signing keys in the store. At least 32 bytes from a random source. Default: created in development,
   * required in production.
   */
  readonly seal?: Secrets['seal'] | undefined
  /** Credentials with which guards on other machines read the revocation feed. Default: none, and no feed over HTTP. */
  readonly guards?: readonly (string | undefined)[] | undefined
}

/** A refresh key of the option `secrets`. */
export interface RefreshKeyOptions extends Omit<RefreshKey, 'secret'> {
  /** At least 32 bytes from a random source. Default: none, which only a retired key may have. */
  readonly secret?: RefreshKey['secret'] | undefined
}

/** @throws TypeError if the secret is missing or empty, for example because an environment variable is not set. */
export function requirePresent(secret: unknown, option: string, hint = ''): void {
  if (secret !== undefined && secret !== null && secret !== '') return
  const found = secret === '' ? 'empty' : String(secret)
  throw new TypeError(`${option} is missing (${found}): is the environment variable set?${hint}`)
}

export const generateHint = ' Make one with "openssl rand -base64 48"'

/** Runs before `requireDistinct`, so that two missing secrets are not reported as equal ones. */
function requireAllPresent({ refresh, guards }: SecretsOptions): void {
  for (const [index, key] of (Array.isArray(refresh) ? refresh : []).entries()) {
    // `readMacKeys` refuses entries that are not objects or have an unknown state.
    if (key?.state === 'listed' || key?.state === 'minting')
      requirePresent(key.secret, `secrets.refresh[${index}].secret`, generateHint)
  }
  for (const [index, credential] of (Array.isArray(guards) ? guards : []).entries())
    requirePresent(credential, `secrets.guards[${index}]`, generateHint)
}

const optionNames: Readonly<Record<keyof Secrets, true>> = { refresh: true, seal: true, guards: true }

/**
 * Checks the option `secrets`. In development, `guards` may be set alone; the other secrets are then read from `dataFolder`.
 *
 * @throws TypeError that names the secret and what was expected.
 */
export function readSecrets(
  given: SecretsOptions | undefined,
  mode: 'production' | 'development',
  dataFolder: string,
): Secrets {
  if (given === undefined && mode === 'production') {
    throw new TypeError('secrets is missing: production needs { refresh: [{ id, secret, state }], seal }')
  }
  if (given !== undefined && (typeof given !== 'object' || given === null)) {
    throw new TypeError('secrets must be { refresh: [{ id, secret, state }], seal }')
  }
  checkOptionNames('secrets', given ?? {}, optionNames)
  const { refresh, seal } = given ?? {}
  requireAllPresent(given ?? {})
  const guards = (given?.guards ?? []) as readonly string[]
  if (refresh === undefined && seal === undefined && mode === 'development') {
    const complete = { ...developmentSecrets(dataFolder), guards }
    requireDistinct(complete)
    return complete
  }
  requirePresent(seal, 'secrets.seal', generateHint)
  requireStrongSecret(seal, 'secrets.seal')
  const complete = { refresh: refresh as Secrets['refresh'], seal: seal as Secrets['seal'], guards }
  requireDistinct(complete)
  return complete
}

/** Secrets for development, created once in a file that only its owner can read. */
export function developmentSecrets(folder: string): Secrets {
  const file = join(folder, 'development-secrets.json')
  const generated = { refresh: randomBytes(48).toString('base64'), seal: randomBytes(48).toString('base64') }
  mkdirSync(folder, { recursive: true })
  // Written to a temporary file and then linked, so that another process never reads half of it.
  const draft = `${file}.${randomUUID()}`
  writeFileSync(draft, `${JSON.stringify(generated, null, 2)}\n`, { mode: 0o600 })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
  const saved = readSecretsFile(file)
  return { refresh: [{ id: 1, secret: saved.refresh, state: 'minting' }], seal: saved.seal }
}

function readSecretsFile(file: string): { readonly refresh: string; readonly seal: string } {
  const { refresh, seal } = parseJson(readFileSync(file, 'utf8'))
  if (typeof refresh === 'string' && typeof seal === 'string') return { refresh, seal }
  throw new TypeError(`${file} must contain the strings "refresh" and "seal"; delete it to create new ones`)
}

/** Hides the parser's message, which would quote the secrets. */
function parseJson(text: string): { readonly refresh?: unknown; readonly seal?: unknown } {
  try {
    return (JSON.parse(text) as object | null) ?? {}
  } catch {
    return {}
  }
}
