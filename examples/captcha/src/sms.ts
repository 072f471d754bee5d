import { type AuthServerOptions, createAuthServer } from '@sessionward/server'

/** Compares with the code that was sent to the person's phone. */
type CheckCode = (username: string, code: unknown) => Promise<boolean>

export function openAuthServer(options: AuthServerOptions, isRight: CheckCode) {
  return createAuthServer({
    ...options,
    before: {
      async signIn({ username, fields }) {
        if (await isRight(username, fields.sms)) return undefined
        return { code: 'sms_code_wrong', message: 'The code is wrong or too old.' }
      },
    },
  })
}
