import { createCipheriv, createDecipheriv, createPrivateKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'

/**
 * Encrypts private keys for the store with AES-256-GCM (NIST SP 800-38D), under a key derived from the operator's secret
 * (HKDF-SHA256, RFC 5869):
 *
 *     version(1) | iv(12) | PKCS #8 encrypted | tag(16)
 *
 * The version and the `kid` are authenticated too, so that one sealed key cannot be swapped for another.
 */
export interface Seal {
  seal(privateKey: KeyObject, kid: string): Uint8Array
  /** @throws Error that names `secrets.seal` if the secret differs or the sealed key was changed. */
  unseal(sealed: Uint8Array, kid: string): KeyObject
}

const version = 1
const ivLength = 12
const tagLength = 16
const cipher = 'aes-256-gcm'
const minSecretBytes = 32

/** @param secret The option `secrets.seal`: at least 32 bytes. */
export function createSeal(secret: string | Uint8Array): Seal {
  if (Buffer.byteLength(secret) < minSecretBytes) {
    throw new TypeError(`secrets.seal must have at least ${minSecretBytes} bytes`)
  }
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'sessionward seal 1', 32))

  return {
    seal(privateKey, kid) {
      const iv = randomBytes(ivLength)
      const sealing = createCipheriv(cipher, key, iv, { authTagLength: tagLength }).setAAD(associatedData(kid))
      const der = privateKey.export({ type: 'pkcs8', format: 'der' })
      return Buffer.concat([Buffer.of(version), iv, sealing.update(der), sealing.final(), sealing.getAuthTag()])
    },

    unseal(sealed, kid) {
      if (sealed[0] !== version || sealed.length <= 1 + ivLength + tagLength) throw unsealError(kid)
      const iv = sealed.subarray(1, 1 + ivLength)
      const encrypted = sealed.subarray(1 + ivLength, -tagLength)
      const opening = createDecipheriv(cipher, key, iv, { authTagLength: tagLength })
      opening.setAAD(associatedData(kid)).setAuthTag(sealed.subarray(-tagLength))
      try {
        const der = Buffer.concat([opening.update(encrypted), opening.final()])
        return createPrivateKey({ key: der, type: 'pkcs8', format: 'der' })
      } catch {
        throw unsealError(kid)
      }
    },
  }
}

function associatedData(kid: string): Buffer {
  return Buffer.concat([Buffer.of(version), Buffer.from(kid)])
}

function unsealError(kid: string): Error {
  return new Error(
    `secrets.seal cannot decrypt the signing key ${kid} in the database: it was encrypted with another seal. Either set ` +
      'secrets.seal to that one (development keeps it as "seal" in the file development-secrets.json in dataFolder, which is ' +
      'data by default, and the secret of refresh key 1 as "refresh"; keep both and nobody is signed out), or delete the ' +
      'signing keys from the database: new ones are created at the next start, and access tokens are refreshed once. If ' +
      'neither secret was changed, somebody has changed the database',
  )
}
