import { createPublicKey, generateKeyPair } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** The PEM files of the auth server. The private key never leaves its folder; business servers get copies of the others. */
export interface KeyFiles {
  /** The option `signingKey`: the private key that signs, and the public key that did before it. */
  signingKey(): readonly [signing: string, ...published: string[]]
  /** What business servers hold: the public key, and the one before it until its last access token has expired. */
  publicKeys(): readonly [newest: string, ...previous: string[]]
  /** Makes a new key pair. The private half of the old one is gone. */
  rotate(): Promise<void>
}

const generate = promisify(generateKeyPair)

/**
 * Reads the files, or makes them at the first start.
 *
 * @param keepPrevious Seconds that the public key before a rotation is still needed: the access token lifetime.
 */
export async function openKeyFiles(folder: string, keepPrevious: number): Promise<KeyFiles> {
  const file = (name: string) => join(folder, name)
  const [signing, publicKey, previous] = [file('signing-key.pem'), file('public.pem'), file('public.previous.pem')]

  async function makePair(): Promise<void> {
    const { privateKey } = await generate('rsa', { modulusLength: 2048 })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
    // In one step, so that there is a whole key whenever the process ends. Readable by its owner only.
    writeFileSync(`${signing}.new`, pem, { mode: 0o600, flag: 'wx' })
    renameSync(`${signing}.new`, signing)
    writePublicKey()
  }
  function writePublicKey(): void {
    writeFileSync(publicKey, createPublicKey(readFileSync(signing)).export({ type: 'spki', format: 'pem' }))
  }
  const previousPem = () => (existsSync(previous) ? [readFileSync(previous, 'utf8')] : [])

  mkdirSync(folder, { recursive: true, mode: 0o700 })
  rmSync(`${signing}.new`, { force: true })
  if (existsSync(signing)) writePublicKey()
  else await makePair()
  if (existsSync(previous) && Date.now() - statSync(previous).mtimeMs > keepPrevious * 1000) rmSync(previous)

  return {
    signingKey: () => [readFileSync(signing, 'utf8'), ...previousPem()],
    publicKeys: () => [readFileSync(publicKey, 'utf8'), ...previousPem()],
    async rotate() {
      writeFileSync(previous, readFileSync(publicKey))
      await makePair()
    },
  }
}
