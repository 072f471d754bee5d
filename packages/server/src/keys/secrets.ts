import { checkOptionNames } from '../input/option-names.js'
import { developmentSecrets } from './development-secrets.js'
import { generateHint, requirePresent, requireStrongSecret } from './strong-secret.js'

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
    const created = developmentSecrets(dataFolder)
    const key: RefreshKey = { id: 1, secret: created.refresh, state: 'minting' }
    const complete = { refresh: [key], seal: created.seal, guards }
    requireDistinct(complete)
    return complete
  }
  requirePresent(seal, 'secrets.seal', generateHint)
  requireStrongSecret(seal, 'secrets.seal')
  const complete = { refresh: refresh as Secrets['refresh'], seal: seal as Secrets['seal'], guards }
  requireDistinct(complete)
  return complete
}

/**
 * Refuses a secret that has two uses: a leak would compromise both, and a guard could mint refresh tokens.
 *
 * @throws TypeError if two secrets are equal.
 */
function requireDistinct({ refresh, seal, guards = [] }: Secrets): void {
  const listed = Array.isArray(refresh) ? refresh.map((key) => key?.secret) : []
  const given = [...listed, seal, ...(Array.isArray(guards) ? guards : [])].filter((secret) => secret !== undefined)
  const texts = given.map((secret) => Buffer.from(secret ?? '').toString('base64'))
  if (new Set(texts).size === texts.length) return
  throw new TypeError('secrets: refresh, seal and guards must all be different, each from "openssl rand -base64 48"')
}
