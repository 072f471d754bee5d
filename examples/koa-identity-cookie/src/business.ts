import { envelope } from '@sessionward/guard'

/** The codes of this company. The HTTP status says the same in its own way. */
export const codes = { fine: 0, expired: 1001, signIn: 1002, wrongPassword: 1003, tryAgain: 1004, other: 1000 } as const

/** Answers as `{ code, message, data }`, the auth server's and the guard's too. */
export const business = envelope({
  ok: codes.fine,
  codes: {
    refresh: codes.expired,
    terminal: codes.signIn,
    invalid_credentials: codes.wrongPassword,
    retry: codes.tryAgain,
    default: codes.other,
  },
})
