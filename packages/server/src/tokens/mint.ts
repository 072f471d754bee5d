import { randomUUID } from 'node:crypto'
import type { TokenAnswer } from '@sessionward/protocol'
import type { Profile } from '../directory/directory.js'
import type { KeyPair } from '../keys/key-pair.js'
import type { MacKeys } from '../keys/mac-keys.js'
import type { Lifetimes } from '../session/lifetime.js'
import { formatRefreshToken } from '../session/refresh-token.js'
import type { PresentedToken } from '../session/rotation.js'
import type { ConfirmedToken, Session } from '../session/session.js'
import { writeSlidingClaims } from '../session/sliding-token.js'
import { randomNonce } from './nonce.js'
import { buildClaims, signAccessToken, type TokenType } from './sign-access-token.js'

/** Tokens for a session. `refreshToken` is missing in a sliding session, and if no new one was requested. */
export interface IssuedTokens {
  readonly session: Session
  readonly next: NextToken['kind']
  readonly answer: TokenAnswer
}

/**
 * What the client presents next.
 *
 * - `new`: a token that it does not have yet.
 * - `same`: the one that it has just presented.
 * - `none`: no token was requested.
 */
export type NextToken =
  | { readonly kind: 'new'; readonly token: PresentedToken }
  | { readonly kind: 'same'; readonly token: string }
  | { readonly kind: 'none' }

/** What a grant issues. */
export interface TokenGrant {
  readonly generation: number
  readonly idleDeadline: number
  readonly next: NextToken
}

export interface TokenMintParts {
  readonly macKeys: MacKeys
  readonly lifetimes: Pick<Lifetimes, 'accessToken'>
  /** `iss` */
  readonly issuer: string
  /** `aud` */
  readonly audience: string | readonly string[]
  readonly tokenType: TokenType
  /** The key that signs. */
  readonly currentKey: () => Promise<KeyPair>
}

export type TokenMint = ReturnType<typeof createTokenMint>

/** Makes the tokens of a session and the answer with them. Writes nothing to the store. */
export function createTokenMint({ macKeys, lifetimes, issuer, audience, tokenType, currentKey }: TokenMintParts) {
  /** A new token of the generation after the confirmed one. */
  function mintChild(confirmed: ConfirmedToken): PresentedToken {
    return { generation: confirmed.generation + 1, nonce: randomNonce(), parent: confirmed.nonce.slice(0, 8) }
  }

  function formatNextToken(session: Session, next: NextToken): string | undefined {
    if (next.kind === 'none') return undefined
    if (next.kind === 'same') return next.token
    const { generation, nonce, parent } = next.token
    const { id, key } = macKeys.minting
    return formatRefreshToken({ keyId: id, sid: session.id, generation, nonce, parent }, key, session.salt)
  }

  async function issue(session: Session, profile: Profile, now: number, minted: TokenGrant): Promise<IssuedTokens> {
    const { generation, idleDeadline, next } = minted
    const isSliding = session.kind === 'sliding'
    const refreshToken = isSliding ? undefined : formatNextToken(session, next)
    // A single token must not outlive its session, because then it can no longer be exchanged.
    const deadline = isSliding ? idleDeadline : session.absoluteDeadline
    const lifetime = Math.min(lifetimes.accessToken, Math.ceil((deadline - now) / 1000))
    const { jti, rot } =
      isSliding && next.kind === 'new' ? writeSlidingClaims(next.token) : { jti: randomUUID(), rot: undefined }
    const claims = buildClaims({ issuer, audience, session, profile, tokenId: jti, rot, now, lifetime })
    const accessToken = signAccessToken(await currentKey(), claims, tokenType)
    return {
      session,
      next: next.kind,
      answer: {
        accessToken,
        tokenType: 'Bearer',
        expiresIn: lifetime,
        ...(refreshToken === undefined ? {} : { refreshToken }),
        refreshExpiresIn: Math.floor((idleDeadline - now) / 1000),
        session: {
          id: session.id,
          generation,
          createdAt: Math.floor(session.createdAt / 1000),
          expiresAt: Math.floor(session.absoluteDeadline / 1000),
        },
        user: profile.user,
      },
    }
  }

  return { mintChild, issue }
}
