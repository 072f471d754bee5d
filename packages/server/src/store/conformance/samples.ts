import { randomBytes, randomUUID } from 'node:crypto'
import type { ConfirmedToken, Session } from '../../session/session.js'
import type { Account, Owner, SigningKey, StoredEvent } from '../store.js'

const hour = 3_600_000

/** An instant in the past that only cases about deletion use, so that they delete nothing of other cases. */
export const longAgo = Date.UTC(1971, 0, 1)

/** Seconds since {@link longAgo}, and half a year less: what is older than that is old. */
export function ageOfLongAgo(now: number): number {
  return (now - longAgo) / 1000 - 183 * 24 * 3600
}

/** Texts that mean something to one database or another, and pairs that a careless one takes for equal. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  'a',
  'A',
  'a ',
  ' a',
  'á',
  'a\u0301',
  'ａ',
  'ß',
  'ss',
  'a\0b',
  'a\0c',
  '\0',
  "'; DROP TABLE sessions; --",
  "' OR '1'='1",
  '"quoted"',
  'back\\slash',
  '%',
  '_',
  '*',
  '?',
  '[a-z]',
  '{}',
  '{tag}',
  '{"$ne":null}',
  '$ne',
  '$where',
  ':',
  ',',
  '|',
  '/',
  'a.b',
  'a:b',
  'a::b',
  'a\nb',
  'a\r\nb',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  '0',
  '00',
  '1e3',
  '日本語',
  '👩‍👩‍👧',
  '\u202eabc',
  '\uffff',
  'x'.repeat(300),
]

/** 16 bytes with all that a byte may be. */
export const hostileBytes = Uint8Array.of(0, 255, 0, 0, 39, 92, 10, 13, 0x80, 0xc3, 0x28, 26, 0xfe, 0xff, 1, 0)

export function bytes(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length))
}

export function sessionId(): string {
  return randomBytes(16).toString('base64url')
}

/** An owner that no other case knows. */
export function owner(tenant = ''): Owner {
  return { tenant, subject: randomUUID() }
}

/** An active session, fresh and of nobody else's, with as little in it as there may be. */
export function session(given: Partial<Session> = {}): Session {
  const now = Date.now()
  return {
    id: sessionId(),
    ...owner(),
    clientId: 'web',
    kind: 'rotating',
    transport: 'cookie',
    remember: false,
    scope: null,
    claims: {},
    amr: [],
    acr: null,
    device: null,
    address: null,
    userAgent: null,
    binding: null,
    salt: bytes(16),
    authTime: now,
    createdAt: now,
    idleTimeout: 3600,
    absoluteDeadline: now + 24 * hour,
    generation: 0,
    nonce: bytes(16),
    superseded: [],
    idleDeadline: now + hour,
    profileFrom: now,
    ended: null,
    ...given,
  }
}

/** What takes the place of a session's confirmed token. */
export function successor(of: Session): ConfirmedToken & { readonly idleDeadline: number } {
  return {
    generation: of.generation + 1,
    nonce: bytes(16),
    superseded: [
      { generation: of.generation, nonce: of.nonce.slice(0, 8), at: of.createdAt + 1 },
      ...of.superseded,
    ].slice(0, 4),
    idleDeadline: of.idleDeadline + 1000,
  }
}

export function account(given: Partial<Account> = {}): Account {
  const username = randomUUID()
  return {
    ...owner(),
    username,
    usernameKey: username,
    passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
    scope: '',
    profile: {},
    disabled: false,
    version: 0,
    createdAt: Date.now(),
    ...given,
  }
}

export function signingKey(given: Partial<SigningKey> = {}): SigningKey {
  const now = Date.now()
  return {
    kid: randomUUID(),
    algorithm: `algorithm ${randomUUID()}`,
    state: 'current',
    publicKey: '{"kty":"EC"}',
    sealedPrivateKey: bytes(100),
    createdAt: now,
    since: now,
    ...given,
  }
}

export function storedEvent(given: Partial<StoredEvent> = {}): StoredEvent {
  return {
    id: randomUUID(),
    type: 'session_started',
    at: Date.now(),
    ...owner(),
    sid: null,
    detail: {},
    ...given,
  }
}
