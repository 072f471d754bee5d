import { createHash } from 'node:crypto'
import { isObject } from '../input/values.js'
import type { Owner } from '../store/store.js'

/** The session that an old token becomes, and the nonce of that session's first token. */
export interface FirstToken {
  readonly sid: string
  readonly nonce: Uint8Array
}

const label = 'sessionward legacy 1'

/**
 * An old token of a person always becomes the same session, on every node: id and first nonce are a digest of both, so it needs
 * no table, and two requests at once begin one session. From the store nobody can get the token back. The person is part of it,
 * so that nobody gets the session of somebody else where an application gives both the same name.
 *
 * No secret goes into the digest, because secrets are replaced, and the same token would then become a second session. The
 * digest opens nothing: a refresh token needs the MAC key and the salt of the session as well.
 *
 * @param id What names the old session, if that is not the token.
 */
export function firstTokenOf(issuer: string, owner: Owner, token: string, id: string | undefined): FirstToken {
  const named = id === undefined ? ['token', oneSpellingOf(token)] : ['id', id]
  const digest = createHash('sha256')
    .update(JSON.stringify([label, issuer, owner.tenant, owner.subject, ...named]))
    .digest()
  return { sid: digest.toString('base64url', 0, 16), nonce: Uint8Array.from(digest.subarray(16)) }
}

/**
 * Libraries accept several spellings of a signature and of base64url (white space, padding, unused bits), and an ended session
 * must not begin again by another one. Of a JWT that is signed what the signature covers, of one that is encrypted everything.
 */
function oneSpellingOf(token: string): string {
  const parts = token.split('.').map((part) => Buffer.from(part, 'base64url'))
  // Other tokens have dots too, and may differ in their last part alone: `v4.local.<all that counts>`.
  if (parts.length < 3 || !isJoseHeader(parts[0]!)) return token
  const covered = parts.length === 3 ? parts.slice(0, 2) : parts
  return covered.map((part) => part.toString('base64url')).join('.')
}

function isJoseHeader(part: Buffer): boolean {
  try {
    const header: unknown = JSON.parse(part.toString())
    return isObject(header) && typeof header.alg === 'string'
  } catch {
    return false
  }
}

/** Whether a person is among the share of people who move. */
export function isInShare(share: number, { tenant, subject }: Owner): boolean {
  const digest = createHash('sha256')
    .update(JSON.stringify([label, tenant, subject]))
    .digest()
  return digest.readUIntBE(0, 6) / 2 ** 48 < share
}
