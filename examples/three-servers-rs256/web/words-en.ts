import type { ClientState } from '@sessionward/client'
import type { ActName } from './acts.js'
import { config } from './config.js'

/** Such as "30 minutes" or "10 seconds". */
function lifetime(seconds: number): string {
  if (seconds === 86_400) return 'a day'
  return seconds < 120 ? `${seconds} seconds` : `${seconds / 60} minutes`
}

const [access, refresh] = [lifetime(config.lifetimes.accessToken), lifetime(config.lifetimes.refreshToken)]

export const english = {
  language: 'en',
  fixed: {
    title: 'Three servers, one key pair',
    lead: 'The auth server signs with a private key. Two business servers, on other machines, hold the public key alone and check each request by themselves.',
    signIn: 'Sign in',
    signOut: 'Sign out',
    username: 'User name',
    password: 'Password',
    accessToken: 'Access token lives for',
    refreshToken: 'Refresh token lives for',
    auth: 'Auth server',
    authHolds: 'Holds the private key. Issues and refreshes.',
    orders: 'Orders',
    ordersHolds: 'Our guard, with the public key and the revocation feed.',
    invoices: 'Invoices',
    invoicesHolds: 'An old verifier that nobody changed: jsonwebtoken and the public key.',
    callOne: 'Call',
    jwks: 'Public keys (JWKS)',
    answers: 'What they answered',
    what: 'What was done',
    try: 'Try it',
    cannotTitle: 'What the old verifier cannot do',
    cannot:
      'It accepts the token of a session that has ended until the token expires. It says "Unauthorized" of an expired token and of a forged one. It takes one key, so at a rotation it refuses tokens that are still good.',
  },
  acts: {
    call: ['Call both', 'Two requests with the access token of this page.'],
    expire: [
      `Let ${access} pass`,
      'The clock of the servers goes forward. Both refuse the token, one refresh follows, and both requests are sent again.',
    ],
    forge: ['Forge the token', 'One character of the signature is changed, and the token is sent to both.'],
    rotate: ['Rotate the key under load', 'A new key pair while four callers at a time send requests.'],
    everywhere: ['Sign out everywhere', 'The session ends. Then its token, which has time left, is sent to both.'],
    again: [
      'Send that token again',
      'The token of the session that you signed out. Stop a server, sign out, start it, and send it.',
    ],
    day: [`Let ${refresh} pass`, 'The refresh token expires too: you sign in, and come back to what you asked for.'],
  } as Readonly<Record<ActName, readonly [title: string, sentence: string]>>,
  called: { orders: 'Call orders', invoices: 'Call invoices', both: 'Call both' },
  states: {
    unknown: 'opening',
    anonymous: 'signed out',
    active: 'signed in',
    refreshing: 'refreshing',
    degraded: 'signed in, the auth server does not answer',
    reauth: 'sign in again',
  } satisfies Record<ClientState, string>,
  seen: {
    asked: (calls: number, refreshes: number) =>
      `${calls === 1 ? 'One request' : 'Two requests'}, ${refreshes === 0 ? 'no refresh' : 'one refresh'}.`,
    down: 'A server that is stopped gives no answer. Nobody is signed out for that.',
    called: (refused: number, refreshes: number, answered: number) =>
      `${refused} met an expired token. ${refreshes === 1 ? 'One refresh' : `${refreshes} refreshes`}. ${answered} answered.`,
    forged: 'Orders says that the token is forged, not expired. Invoices says the same of both.',
    everywhere: (milliseconds: number, minutes: number) =>
      `Orders refused the token after ${milliseconds} ms. Invoices does not know, and accepts it for ${minutes} more minutes.`,
    again: 'The token of an ended session: orders has heard of the end, invoices has not.',
    noOldToken: 'Sign out everywhere first, and sign in again: then there is such a token.',
    rotated: (calls: number, failed: number, refused: number, refreshes: number) =>
      `${calls} requests during the rotation, ${failed} failed. The old verifier refused ${refused} good tokens; ${refreshes === 1 ? 'one refresh' : `${refreshes} refreshes`} answered that.`,
  },
  running: 'Running …',
  serverRuns: 'running',
  serverDown: 'stopped',
  stop: 'Stop',
  start: 'Start',
  refresh: 'refresh',
  noAnswer: 'no answer',
  published: (keys: number) => (keys === 1 ? 'One public key is published.' : `${keys} public keys are published.`),
  left: (seconds: number) => {
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
    return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`
  },
  reasons: {
    refresh_token_expired: 'You were away for longer than the refresh token lives. Sign in to go on.',
    session_expired: 'The session has reached its end. Sign in to go on.',
    signed_out: 'This session was signed out. Sign in to go on.',
    session_revoked: 'This session was ended. Sign in to go on.',
  } as Readonly<Record<string, string>>,
  signInFailed: {
    invalid_credentials: 'The user name or the password is wrong.',
    too_many_attempts: 'Too many attempts. Wait a moment.',
    unreachable: 'The auth server does not answer.',
  } as Readonly<Record<string, string>>,
}
