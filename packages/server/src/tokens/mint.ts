import { randomUUID } from 'node:crypto'
import type { TokenAnswer } from '@sessionward/protocol'
import type { Profile } from '../directory/directory.js'
import type { KeyPair } from '../keys/key-pair.js'
import type { MacKeys } from '../keys/secrets.js'
import type { Lifetimes } from '../session/policy.js'
import { formatRefreshToken, type RefreshToken } from '../session/refresh-token.js'
import type { ConfirmedToken, Session } from '../session/session.js'
import { randomNonce } from './nonce.js'
import { buildClaims, signAccessToken, type TokenType } from './sign-access-token.js'

/** Tokens for a session. `refreshToken` is missing only where no new one was asked for. */
export interface Issued {
  readonly session: Session
  readonly answer: TokenAnswer
}

/** What a grant hands out beside the access token. */
export interface Minted {
  readonly generation: number
  readonly idleDeadline: number
  readonly refreshToken: string | undefined
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

/** Makes tokens for a session, and the answer that carries them. It writes nothing. */
export function createTokenMint({ macKeys, lifetimes, issuer, audience, tokenType, currentKey }: TokenMintParts) {
  /** A new refresh token of the generation after the confirmed one. */
  function mintChild(session: Session, confirmed: ConfirmedToken) {
    return {
      sid: session.id,
      generation: confirmed.generation + 1,
      nonce: randomNonce(),
      parent: confirmed.nonce.slice(0, 8),
    }
  }

  function format(session: Session, token: Pick<RefreshToken, 'generation' | 'nonce' | 'parent'>): string {
    const { id, key } = macKeys.minting
    const parts = { keyId: id, sid: session.id, generation: token.generation, nonce: token.nonce, parent: token.parent }
    return formatRefreshToken(parts, key, session.salt)
  }

  async function issue(session: Session, profile: Profile, now: number, minted: Minted): Promise<Issued> {
    const { generation, idleDeadline, refreshToken } = minted
    const lifetime = Math.min(lifetimes.accessToken, Math.ceil((session.absoluteDeadline - now) / 1000))
    const claims = buildClaims({ issuer, audience, session, profile, tokenId: randomUUID(), now, lifetime })
    const accessToken = signAccessToken(await currentKey(), claims, tokenType)
    return {
      session,
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

  return { mintChild, format, issue }
}
