import { isAxiosError } from 'axios'

/** What an error interceptor says to a person. Undefined: nothing. */
export function messageOf(error) {
  if (!isAxiosError(error)) return undefined
  switch (error.code) {
    case 'ERR_CANCELED': // the page itself gave up
    case 'ERR_SIGNED_OUT': // the page goes to sign-in once: client.on('signout', ...); the reason is error.cause.reason
      return undefined
    case 'ERR_REFRESH_UNAVAILABLE':
      return 'Sign-in is unavailable at the moment. You are still signed in.'
    default:
      return error.response?.data?.message ?? 'The server cannot be reached.'
  }
}
