import type { Outcome } from './stage/events.js'
import type { Words } from './words.js'

const small = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten', 'Eleven', 'Twelve']

function count(number: number, one: string, many = `${one}s`): string {
  return `${small[number] ?? number} ${number === 1 ? one : many}`
}

function times(number: number): string {
  return ['never', 'once', 'twice'][number] ?? `${number} times`
}

const short: Readonly<Record<Outcome, string>> = {
  ok: 'answered',
  expired: 'expired',
  refused: 'refused',
  raced: 'raced',
  lost: 'lost',
  nobody: 'without a session',
}

export const en: Words = {
  locale: 'en',
  page: {
    title: 'Sessionward playground',
    headline: 'Sessionward keeps you signed in and thieves out; here you can watch it happen.',
    lead: 'Three real servers run on this machine. Play the first act, or sign in and try.',
    username: 'User name',
    password: 'Password',
    signIn: 'Sign in',
    signOut: 'Sign out',
    sendOne: 'Send a request',
    openTab: 'Open a second tab',
    stage: 'What happens, from left to right',
    stageKeys: 'Arrow keys move from mark to mark and show what crossed the wire.',
    legendRequest: 'answered',
    legendExpired: 'token expired',
    legendWait: 'waiting',
    legendRefresh: 'refresh, generation',
    legendRefused: 'refused or lost',
    legendEnded: 'session ended',
    distance:
      'Every request is delayed by 400 ms, so that the eye can follow. Time runs slower on the stage while something travels.',
    acts: 'Let something go wrong',
    usual: 'Usually: ',
    state: 'Now',
    who: 'Person',
    accessToken: 'Access token',
    accessTokenIs: 'goes along with every request and soon expires',
    refreshToken: 'Refresh token',
    refreshTokenIs: 'gets the next access token, in a cookie that no script can read',
    doing: 'This tab',
    code: 'The code that ran',
    copy: 'Copy',
    copied: 'Copied',
    note: 'Lost answers, unavailable servers and early expiry are controls of this playground; no server of yours has them. Cookies on localhost ignore ports, so the three origins share their cookies.',
    dark: 'Dark',
    light: 'Light',
    language: '中文',
    skip: 'Skip to the stage',
  },
  acts: {
    ten: {
      title: 'Ten at once on an expired token',
      before: 'The access token of this tab has expired, and ten requests leave at the same moment.',
      term: 'single flight',
      usual:
        'The usual axios plugin rejects 99 of 100 such requests; oidc-client-ts refreshes 101 times and ends the session.',
    },
    lost: {
      title: 'Lose the next answer',
      before: 'The auth server grants a refresh, but its answer never arrives.',
      term: 'a refresh token is confirmed when it is first used',
      usual: 'With strict single-use refresh tokens the second attempt looks like theft, and you are signed out.',
    },
    tabs: {
      title: 'Two tabs at the same moment',
      before: 'A second tab opens, and the access token of both tabs expires at once.',
      term: 'one lock for all tabs',
      usual: 'Each tab refreshes; a strict server takes the second refresh for theft and signs out both tabs.',
    },
    away: {
      title: 'No auth server for ten seconds',
      before: 'For ten seconds the auth server cannot be reached, and three requests need a refresh.',
      term: 'requests wait up to 15 s; nobody is signed out',
      usual: 'The classic isRefreshing queue leaves 9 of 10 requests pending for ever, and often signs you out.',
    },
    thief: {
      title: 'A thief copies the refresh token',
      before: 'A script copies the refresh token of a second session and uses it. Takes about 16 seconds.',
      term: 'reuse detection; a session of its own, token readable by scripts',
      usual: 'Where a server hands out the same next token again, a thief one step behind is never noticed.',
    },
    everywhere: {
      title: 'Sign out everywhere',
      before: 'You sign out on all devices, while the access token has time left.',
      term: 'revocation feed',
      usual:
        'A signature says nothing of a sign-out: the access token stays valid until it expires, often for an hour.',
    },
  },
  seen: {
    ten: ({ expired, refreshes, answered }) =>
      `${count(expired, 'request')} met an expired token. ${count(refreshes, 'refresh', 'refreshes')}. ${count(answered, 'answer')}.`,
    lost: ({ lost, refreshed, answered, generation }) =>
      `${count(lost, 'answer')} lost. ${count(refreshed, 'more refresh', 'more refreshes')}` +
      `${generation === null ? '' : `, now generation ${generation}`}. ${count(answered, 'answer')}. Still signed in.`,
    tabs: ({ tabs, calls, refreshes, answered }) =>
      `${count(tabs, 'tab')}, ${count(calls, 'request').toLowerCase()}. ${count(refreshes, 'refresh', 'refreshes')}. ${count(answered, 'answer')}.`,
    away: ({ away, tries, waited, longest, answered, calls }) =>
      `${away} seconds without auth server, ${count(tries, 'refresh', 'refreshes').toLowerCase()} tried. ` +
      `${count(waited, 'request')} waited, at most ${longest}\u00a0s; ${answered} of ${calls} answered. Still signed in.`,
    thief: ({ granted, inside, raced, milliseconds, refused }) =>
      `The copy worked ${times(granted)} and was refused ${times(raced)} as a possible race. Used again after ${inside}\u00a0s, ` +
      `it ended the session. ${milliseconds}\u00a0ms later the business server refused: ${refused} requests.`,
    everywhere: ({ milliseconds, left }) =>
      `The business server refused ${milliseconds}\u00a0ms after the sign-out, although the access token had ${left}\u00a0s left.`,
    failed: (error) => `This act did not go as it should: ${error}`,
  },
  progress: {
    playing: 'Playing…',
    refresh: 'A refresh exchanges the refresh token for a new pair of tokens.',
    needTab: 'Your browser blocked the second tab. Open it with the link above; the act then continues.',
    tabHere: 'The second tab is here.',
    thiefSignsIn: 'A second session signs in and stores its refresh token where scripts can read it.',
    thiefIn: 'The thief has copied the refresh token and is in.',
    thiefWaits: (seconds) =>
      `Within ten seconds it could have been a race of two tabs. The thief tries again in ${seconds}\u00a0s.`,
    milliseconds: (milliseconds) => `${milliseconds}\u00a0ms`,
  },
  stage: {
    api: 'Business server',
    auth: 'Auth server',
    apiHint: 'has what you want',
    authHint: 'signs people in',
    thief: 'Thief',
    victim: 'Victim',
    sent: 'Sent',
    received: 'Received',
    unavailable: 'unavailable',
    revoked: 'revocation',
    here: 'This tab',
    purpose: { request: 'Request', refresh: 'Refresh', 'sign-in': 'Sign-in', 'sign-out': 'Sign-out' },
    outcome: {
      ok: 'answered',
      expired: 'refused, the access token has expired',
      refused: 'refused',
      raced: 'another one was faster',
      lost: 'no answer arrived',
      nobody: 'nobody is signed in',
    },
    tab: (number) => `Tab ${number}`,
    generation: (generation) => `generation ${generation}`,
    ended: (reason) => `Ended: ${reason}`,
    bundle: (count, outcome) => `${count} ${short[outcome]}`,
    underWay: (purpose, where) => `${purpose} to the ${where.toLowerCase()}, under way.`,
    crossed: (purpose, where, milliseconds, outcome, generation) =>
      `${purpose} to the ${where.toLowerCase()}: ${outcome} after ${milliseconds}\u00a0ms` +
      `${generation === null ? '' : `, generation ${generation}`}.`,
  },
  state: {
    nobody: 'nobody',
    states: {
      unknown: 'looking for a session',
      anonymous: 'signed out',
      active: 'signed in',
      refreshing: 'refreshing',
      degraded: 'signed in; auth server unavailable',
      reauth: 'waiting for you to sign in again',
    },
    secondsLeft: (seconds) => `${seconds}\u00a0s left`,
    signedIn: (name) => `Signed in as ${name}.`,
    signedOut: (reason) => `Signed out: ${reason}.`,
    signInFailed: (reason) => `The sign-in failed: ${reason}.`,
  },
  reasons: {
    refresh_token_reused: 'refresh token reused',
    session_revoked: 'ended by an administrator',
    session_replaced: 'replaced by a newer sign-in',
    session_expired: 'the session has expired',
    account_disabled: 'the account is disabled',
    credentials_changed: 'the password was changed',
    signed_out: 'signed out',
    refresh_token_missing: 'nobody is signed in',
    refresh_token_invalid: 'the refresh token is unknown',
    refresh_token_expired: 'the refresh token has expired',
    invalid_credentials: 'wrong user name or password',
    too_many_attempts: 'too many attempts, try again later',
    closed: 'tab closed',
  },
}
