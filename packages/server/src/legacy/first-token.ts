import { createHash } from 'node:crypto'
import { isObject } from '../input/values.js'
import type { Owner } from '../store/store.js'

/** The id of the session that a legacy token becomes, and the nonce of that session's first token. */
export interface FirstToken {
  readonly sid: string
  readonly nonce: Uint8Array
}

const label = 'sessionward legacy 1'

/**
 * Derives the session of a legacy token. Id and first nonce are a digest of person and token, so that a token becomes the same session
 * on every node, without a table, and concurrent requests start one session. The token cannot be recovered from the store. The person
 * is part of the digest, so that equal ids of different people are different sessions.
 *
 * The digest contains no secret, because the same token would become a second session after the secret is replaced. The digest grants
 * no access: a refresh token also requires the MAC key and the salt of the session.
 *
 * @param id Id of the legacy session. Default: the token identifies it.
 */
export function firstTokenOf(issuer: string, owner: Owner, token: string, id: string | undefined): FirstToken {
  const identifier = id === undefined ? ['token', canonicalToken(token)] : ['id', id]
  const digest = createHash('sha256')
    .update(JSON.stringify([label, issuer, owner.tenant, owner.subject, ...identifier]))
    .digest()
  return { sid: digest.toString('base64url', 0, 16), nonce: Uint8Array.from(digest.subarray(16)) }
}

/**
 * The canonical form of a token. Libraries accept several encodings of a signature and of base64url (white space, padding, unused
 * bits), and another encoding must not start a second session. For a signed JWT the signed part, for an encrypted one all parts.
 */
function canonicalToken(token: string): string {
  const parts = token.split('.').map((part) => Buffer.from(part, 'base64url'))
  // Other tokens contain dots too, and may differ only in their last part, such as `v4.local.<payload>`.
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

/** Whether a person belongs to the share of people who move. */
export function isInShare(share: number, { tenant, subject }: Owner): boolean {
  const digest = createHash('sha256')
    .update(JSON.stringify([label, tenant, subject]))
    .digest()
  return digest.readUIntBE(0, 6) / 2 ** 48 < share
}
