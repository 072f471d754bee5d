import { envelope } from '@sessionward/guard'
import { type AuthServerOptions, createAuthServer } from '@sessionward/server'

export function openAuthServer(options: AuthServerOptions) {
  return createAuthServer({
    ...options,
    envelope: envelope({
      ok: 10200,
      codes: { refresh: 10415, terminal: 10422, session_replaced: 10409, invalid_credentials: 10401, default: 10500 },
      status: 200, // every answer is HTTP 200, as before
    }),
    policy: { maxSessions: 1 }, // the newer sign-in ends the older
  })
}
