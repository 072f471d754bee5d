import { createHash } from 'node:crypto'
import type { Owner } from '../store/store.js'

/** The session that an old token becomes, and the nonce of that session's first token. */
export interface FirstToken {
  readonly sid: string
  readonly nonce: Uint8Array
}

const label = 'sessionward legacy 1'

/**
 * An old token always becomes the same session, on every node: id and first nonce are a digest of it, so it needs no table, and
 * two requests at once begin one session. From the store nobody can get the token back.
 *
 * No secret goes into the digest, because secrets are replaced, and the same token would then become a second session. The
 * digest opens nothing: a refresh token needs the MAC key and the salt of the session as well.
 *
 * @param id What names the old session, if that is not the token.
 */
export function firstTokenOf(issuer: string, token: string, id: string | undefined): FirstToken {
  const named = id === undefined ? ['token', signedPartOf(token)] : ['id', id]
  const digest = createHash('sha256')
    .update(JSON.stringify([label, issuer, ...named]))
    .digest()
  return { sid: digest.toString('base64url', 0, 16), nonce: Uint8Array.from(digest.subarray(16)) }
}

/** Most libraries accept several spellings of one signature, and an ended session must not begin again by another one. */
function signedPartOf(token: string): string {
  return /^[\w-]+\.[\w-]+\.[\w-]+=*$/.test(token) ? token.slice(0, token.lastIndexOf('.')) : token
}

/** Whether a person is among the share of people who move. */
export function isInShare(share: number, { tenant, subject }: Owner): boolean {
  const digest = createHash('sha256')
    .update(JSON.stringify([label, tenant, subject]))
    .digest()
  return digest.readUIntBE(0, 6) / 2 ** 48 < share
}
