import { randomUUID } from 'node:crypto'
import type { TokenAnswer } from '@sessionward/protocol'
import type { Profile } from '../directory/directory.js'
import type { KeyPair } from '../keys/key-pair.js'
import type { MacKeys } from '../keys/secrets.js'
import type { Lifetimes } from '../session/policy.js'
import { formatRefreshToken } from '../session/refresh-token.js'
import type { PresentedToken } from '../session/rotation.js'
import type { ConfirmedToken, Session } from '../session/session.js'
import { writeSlidingClaims } from '../session/sliding-token.js'
import { randomNonce } from './nonce.js'
import { buildClaims, signAccessToken, type TokenType } from './sign-access-token.js'

/** Tokens for a session. `refreshToken` is missing in a sliding session, and where no new one was asked for. */
export interface Issued {
  readonly session: Session
  readonly answer: TokenAnswer
}

/** What a grant hands out. */
export interface Minted {
  readonly generation: number
  readonly idleDeadline: number
  /** What the client presents next; nothing where no new token was asked for. */
  readonly token: PresentedToken | undefined
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
  /** A new token of the generation after the confirmed one. */
  function mintChild(confirmed: ConfirmedToken): PresentedToken {
    return { generation: confirmed.generation + 1, nonce: randomNonce(), parent: confirmed.nonce.slice(0, 8) }
  }

  function format(session: Session, { generation, nonce, parent }: PresentedToken): string {
    const { id, key } = macKeys.minting
    return formatRefreshToken({ keyId: id, sid: session.id, generation, nonce, parent }, key, session.salt)
  }

  async function issue(session: Session, profile: Profile, now: number, minted: Minted): Promise<Issued> {
    const { generation, idleDeadline, token } = minted
    const slides = session.kind === 'sliding'
    const refreshToken = token && !slides ? format(session, token) : undefined
    // A single token that outlives its session could not be exchanged at its end.
    const deadline = slides ? idleDeadline : session.absoluteDeadline
    const lifetime = Math.min(lifetimes.accessToken, Math.ceil((deadline - now) / 1000))
    const { jti, rot } = token && slides ? writeSlidingClaims(token) : { jti: randomUUID(), rot: undefined }
    const claims = buildClaims({ issuer, audience, session, profile, tokenId: jti, rot, now, lifetime })
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

  return { mintChild, issue }
}
