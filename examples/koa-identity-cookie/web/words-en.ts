import type { ClientState } from '@sessionward/client'
import type { ActName } from './acts.js'
import { config } from './config.js'
import type { Shown, SystemState } from './control.js'
import type { Sent } from './requests.js'

const queried = (questions: number) =>
  questions === 1 ? 'The database was queried once' : `The database was queried ${questions} times`

export const english = {
  language: 'en',
  fixed: {
    title: 'An identity cookie, and access tokens on demand',
    lead: 'Signing in sets one cookie, which lasts a month and never changes. The page exchanges it for an access token whenever the one that it has is about to run out.',
    signIn: 'Sign in',
    signOut: 'Sign out',
    register: 'Create an account',
    username: 'User name',
    password: 'Password',
    name: 'Name',
    users: 'Users are in',
    cache: 'Cache',
    life: 'Access token lives for',
    questions: 'Database queries',
    requests: 'Requests',
    lifeBefore: 'Token’s life before',
    whatItDid: 'What the client did',
    answer: 'Answer',
    try: 'Try it',
    tryHint: 'Sign in first.',
    operator: 'Operator',
    hash: 'Hash in the table',
    account: 'Account',
    changePassword: 'Change the password',
    current: 'Current password',
    next: 'New password',
    change: 'Change',
  },
  acts: {
    call: ['Send a request', 'The client looks at the token’s life first.'],
    sleep: [
      'Let the token run out',
      `As in the background: ${config.accessToken} seconds without a refresh, then a request.`,
    ],
    exchange: ['Exchange the cookie five times', 'Each exchange needs the profile, and the cache has it.'],
    stop: ['Stop Redis', 'Then five exchanges.'],
    start: ['Start Redis', 'And wait until it answers again.'],
    flush: ['Flush Redis', 'Then five exchanges. The first one misses.'],
    slow: ['Make Redis slow', 'It answers nothing for three seconds. Meanwhile, five exchanges.'],
    hundred: ['A hundred misses at once', 'Redis is flushed, and a hundred exchanges begin in the same moment.'],
    unknown: ['Send an unknown cookie', 'Five times, with your cookie’s last characters changed.'],
  } as Readonly<Record<ActName, readonly [title: string, sentence: string]>>,
  seconds: (count: number) => `${count} s`,
  sentAsItIs: 'sent at once',
  exchangedFirst: 'new token first, then sent',
  noCache: 'none',
  cacheStates: { running: 'running', stopped: 'stopped', none: '' } satisfies Record<SystemState['cache'], string>,
  running: 'Running …',
  enable: 'Enable',
  disable: 'Disable',
  isEnabled: 'active',
  isDisabled: 'disabled',
  changeElsewhere: 'Change password elsewhere',
  states: {
    unknown: 'opening',
    anonymous: 'signed out',
    active: 'signed in',
    refreshing: 'exchanging',
    degraded: 'signed in, the auth server does not answer',
    reauth: 'sign in again',
  } satisfies Record<ClientState, string>,
  seen: {
    sent: ({ life, exchanged }: Sent) =>
      `The token had ${life} s left. ${exchanged ? 'A new one came first, and the request was sent with it.' : 'The request was sent with it.'}`,
    asleep: (left: number) => `The page sleeps. The token has ${left} s left.`,
    slept: ({ exchanged, statuses }: Sent) =>
      `${exchanged ? 'The token had run out, so a new one came first. ' : ''}The business route answered ${statuses.join(', then ')}: it never saw an expired token.`,
    exchange: ({ statuses, questions }: Shown) =>
      `${statuses.length} exchanges, ${answered(statuses)} answered. ${queried(questions)}.`,
    stop: ({ statuses, questions }: Shown) =>
      `Redis is stopped. ${statuses.length} exchanges, ${answered(statuses)} answered. ${queried(questions)}. Nobody was signed out.`,
    start: ({ back }: Shown) => `Redis runs. After ${back} ms it answered again, and the database rests.`,
    flush: ({ statuses, questions }: Shown) =>
      `Redis was empty. ${statuses.length} exchanges, ${answered(statuses)} answered. ${queried(questions)}.`,
    slow: ({ statuses, questions, slowest, back }: Shown) =>
      `Redis answered nothing. ${statuses.length} exchanges, ${answered(statuses)} answered, the slowest in ${slowest} ms. ${queried(questions)}. ${back} ms later Redis answered again.`,
    hundred: ({ statuses, questions }: Shown) =>
      `${statuses.length} exchanges at once, all missed, ${answered(statuses)} answered. ${queried(questions)}.`,
    unknown: ({ statuses, codes, questions, failedSignIns }: Shown) =>
      `${statuses.length} times ${statuses[0]} with code ${codes.join(', ')}. ${queried(questions)}. Failed sign-ins: ${failedSignIns}.`,
    disabled: (milliseconds: number, left: number) =>
      `The guard refused the token after ${milliseconds} ms, though it had ${left} s left.`,
    disabledElsewhere: (username: string) => `${username} is disabled: every session has ended.`,
    enabled: (username: string) => `${username} may sign in again.`,
    changedElsewhere: (username: string) =>
      `The password of ${username} was changed in another browser. The new one is in the sign-in form.`,
    registered: 'The account is there. Sign in with it.',
    passwordChanged: 'The password was changed. Every other browser of yours is signed out, and says why.',
  },
  reasons: {
    account_disabled: 'This account was disabled.',
    credentials_changed: 'The password was changed in another browser. Sign in with the new one.',
    session_revoked: 'This session was ended.',
    session_replaced: 'A newer sign-in has replaced this session.',
    session_expired: 'The month is over. Sign in to go on.',
  } as Readonly<Record<string, string>>,
  failed: {
    invalid_credentials: 'The user name or the password is wrong.',
    invalid_request: 'A password needs at least 8 characters.',
    username_taken: 'That user name is taken.',
    too_many_attempts: 'Too many attempts. Wait a moment.',
    unreachable: 'The auth server does not answer.',
  } as Readonly<Record<string, string>>,
}

function answered(statuses: readonly number[]): number {
  return statuses.filter((status) => status === 200).length
}
