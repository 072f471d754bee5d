/** What to tell a person, by code: why nobody is signed in, and why a sign-in was refused. */
const sentences: Readonly<Record<string, string>> = {
  session_replaced: 'You have signed in elsewhere.',
  session_revoked: 'You were signed out by an administrator, or from another of your devices.',
  session_expired: 'You were signed in for as long as is allowed. Sign in again.',
  refresh_token_expired: 'You were away for a long time. Sign in again.',
  refresh_token_missing: '', // nobody was signed in
  signed_out: 'You have signed out.',
  account_disabled: 'Your account is not active.',
  credentials_changed: 'Your password was changed. Sign in with the new one.',

  invalid_credentials: 'Name or password is wrong.',
  captcha_required: 'The captcha is missing.',
  captcha_invalid: 'The captcha does not count any more. Please try again.',
  session_limit_reached: 'You are signed in elsewhere. Sign out there first.',
  too_many_attempts: 'Too many attempts. Try again in a few minutes.',
  unreachable: 'The server does not answer. Please try again in a moment.',
}

export function sentenceOf(code: string | undefined): string {
  return code === undefined ? '' : (sentences[code] ?? 'Please sign in again.')
}
