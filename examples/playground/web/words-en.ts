import type { Words } from './words.js'

const small = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten', 'Eleven', 'Twelve']

function count(number: number, one: string, many = `${one}s`): string {
  return `${small[number] ?? number} ${number === 1 ? one : many}`
}

function times(number: number): string {
  return ['never', 'once', 'twice'][number] ?? `${number} times`
}

export const en: Words = {
  locale: 'en',
  page: {
    title: 'Sessionward playground',
    headline: 'Sessionward keeps you signed in and thieves out; here you can watch it happen.',
    lead: 'Three real servers run on this machine. Sign in, then let things go wrong.',
    username: 'User name',
    password: 'Password',
    signIn: 'Sign in',
    signOut: 'Sign out',
    askOnce: 'Ask once',
    openTab: 'Open a second tab',
    stage: 'What happens, from left to right',
    stageKeys: 'Arrow keys walk from mark to mark and show what crossed the wire.',
    legendRequest: 'answered',
    legendExpired: 'token too old',
    legendWait: 'waiting',
    legendRefresh: 'refresh and its generation',
    legendRefused: 'refused or lost',
    legendEnded: 'session ended',
    distance:
      'The servers pretend to be 400 ms away, so that the eye can follow. Time runs slower on the stage while something travels.',
    acts: 'Let something go wrong',
    usual: 'Usually: ',
    state: 'Now',
    who: 'Who',
    renewals: 'Renewed',
    renewalsTerm: 'generation',
    pass: 'Pass good for',
    passTerm: 'access token',
    doing: 'This tab',
    lines: 'The ten lines that did this',
    copy: 'Copy',
    copied: 'Copied',
    bound: 'With a key in the device',
    boundTerm: 'bound session, DPoP',
    boundText: 'The copy would be worth nothing. This comes with DPoP; it is not in this version, so it is not shown.',
    bearer: 'Without a key',
    bearerTerm: 'bearer session: what you just saw',
    note: 'Lost answers, absent servers and early expiry are controls of this playground; no server of yours has them. Cookies on localhost ignore ports, so the three origins share one jar.',
    dark: 'Dark',
    light: 'Light',
    language: '中文',
    skip: 'Skip to the stage',
  },
  acts: {
    ten: {
      title: 'Ten at once on an expired token',
      before: 'Ten requests leave at the moment the pass of this page has run out.',
      term: 'access token expired, one flight',
      usual:
        'The usual axios plugin rejects 99 of 100 such requests; oidc-client-ts refreshes 101 times and ends the session.',
    },
    lost: {
      title: 'Lose the next answer',
      before: 'The auth server renews the pass, but its answer never arrives.',
      term: 'lost response, confirmed on use',
      usual: 'With strict single-use tokens the second try looks like theft, and you are signed out.',
    },
    tabs: {
      title: 'Two tabs at the same moment',
      before: 'A second tab opens, and both find their pass run out together.',
      term: 'cross-tab lock, rotation race',
      usual:
        'With the common recipes each tab refreshes, a strict server takes it for theft, and all tabs are signed out.',
    },
    away: {
      title: 'The auth server is gone for ten seconds',
      before: 'Nobody can renew anything for ten seconds. Three requests need it.',
      term: 'degraded, never signed out',
      usual: 'The classic isRefreshing queue leaves 9 of 10 requests waiting for ever, and often signs you out.',
    },
    thief: {
      title: 'A thief copies the refresh token',
      before: 'Someone copies the secret that renews the pass, and uses it. Takes about 15 seconds.',
      term: 'reuse detection; own sign-in, body transport',
      usual: 'Where the server hands out the same next token again, a thief one step behind is never noticed.',
    },
    everywhere: {
      title: 'Sign out everywhere',
      before: 'You sign out on all devices. The pass itself would still be good for a while.',
      term: 'revocation feed',
      usual: 'A signature alone knows nothing of a sign-out: the old pass stays good until it runs out, often an hour.',
    },
  },
  seen: {
    ten: ({ expired, refreshes, answered }) =>
      `${count(expired, 'request')} met an expired token. ${count(refreshes, 'refresh', 'refreshes')}. ${count(answered, 'answer')}.`,
    lost: ({ lost, refreshed, answered, generation }) =>
      `${count(lost, 'answer')} lost. ${count(refreshed, 'further try', 'further tries')}, ${count(answered, 'answer').toLowerCase()}` +
      `${generation === null ? '' : `, generation ${generation}`}. Still signed in.`,
    tabs: ({ tabs, calls, refreshes, answered }) =>
      `${count(tabs, 'tab')}, ${count(calls, 'request').toLowerCase()}. ${count(refreshes, 'refresh', 'refreshes')}. ${count(answered, 'answer')}.`,
    away: ({ away, tries, waited, longest, answered, calls }) =>
      `Away for ${away} seconds, tried ${times(tries)}. ${count(waited, 'request')} waited, the longest ${longest} s; ` +
      `${answered} of ${calls} answered. Still signed in.`,
    thief: ({ entries, inside, raced, milliseconds }) =>
      `The copy worked ${times(entries)} and was put off ${times(raced)}. When it came back, ${inside} s after the theft, ` +
      `it ended the session; ${milliseconds} ms later the business server refused it.`,
    everywhere: ({ milliseconds, left }) =>
      `The business server refused ${milliseconds} ms after the sign-out, though the pass had ${left} s left.`,
    failed: (error) => `This act did not go as it should: ${error}`,
  },
  progress: {
    playing: 'Playing…',
    needTab: 'Your browser held the second tab back. Open it with the link above; the act goes on by itself.',
    tabHere: 'The second tab is here.',
    thiefSignsIn: 'A second session signs in and keeps its refresh token where scripts can read it.',
    thiefIn: 'The thief has copied the token and is in.',
    thiefWaits: (seconds) =>
      `Within ten seconds it could have been a race of two tabs. The thief tries again in ${seconds} s.`,
    refusedAfter: (milliseconds) => `${milliseconds} ms`,
  },
  stage: {
    api: 'Business server',
    auth: 'Auth server',
    apiHint: 'has what you want',
    authHint: 'signs people in',
    thief: 'Thief',
    victim: 'His victim',
    sent: 'Sent',
    received: 'Received',
    away: 'away',
    told: 'told: session ended',
    here: 'This tab',
    purpose: { request: 'Request', refresh: 'Refresh', 'sign-in': 'Sign-in', 'sign-out': 'Sign-out' },
    outcome: {
      ok: 'answered',
      expired: 'turned back, the access token is too old',
      refused: 'refused',
      raced: 'another one was faster',
      lost: 'no answer arrived',
      nobody: 'nobody is signed in',
    },
    tab: (number) => `Tab ${number}`,
    generation: (generation) => `generation ${generation}`,
    ended: (reason) => `Ended: ${reason}`,
    underWay: (purpose, where) => `${purpose} to the ${where.toLowerCase()}, under way.`,
    crossed: (purpose, where, milliseconds, outcome, generation) =>
      `${purpose} to the ${where.toLowerCase()}: ${outcome} after ${milliseconds} ms` +
      `${generation === null ? '' : `, generation ${generation}`}.`,
  },
  state: {
    nobody: 'nobody',
    states: {
      unknown: 'looking for a session',
      anonymous: 'signed out',
      active: 'signed in',
      refreshing: 'renewing the pass',
      degraded: 'signed in; the auth server is away',
      reauth: 'waiting for you to sign in again',
    },
    seconds: (seconds) => `${seconds} s`,
    renewed: (number) => times(number),
    cameIn: (name) => `Signed in as ${name}.`,
    wentOut: (reason) => `Signed out: ${reason}.`,
    signInFailed: (reason) => `That did not work: ${reason}`,
  },
  reasons: {
    refresh_token_reused: 'an old refresh token came back',
    session_revoked: 'ended by an administrator',
    session_replaced: 'a newer sign-in took its place',
    session_expired: 'its last day was over',
    account_disabled: 'the account is not active',
    credentials_changed: 'the password was changed',
    signed_out: 'signed out',
    refresh_token_missing: 'nobody is signed in',
    refresh_token_invalid: 'the refresh token is not known',
    refresh_token_expired: 'not used for too long',
    invalid_credentials: 'the user name or the password is wrong',
    too_many_attempts: 'too many attempts; wait a little',
    closed: 'tab closed',
  },
}
