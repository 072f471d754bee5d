import type { AuthServer } from '@sessionward/server'

/** What an administrator's click does, where the accounts are the built-in ones. */
export async function takeOffLine({ accounts }: AuthServer, subject: string) {
  await accounts!.setDisabled({ subject }, true)
}

/** The same with your own users. First the table: a refresh in between would go on. */
export async function takeOwnUserOffLine(auth: AuthServer, subject: string, disable: (id: string) => Promise<void>) {
  await disable(subject) // from here on `directory.profile` returns null for them
  await auth.sessions.endAll({ subject }, 'account_disabled')
}

/** Everywhere but where the person is now, for example after a stolen phone was reported. */
export async function endOthers(auth: AuthServer, subject: string, here: string) {
  return await auth.sessions.endAll({ subject }, 'session_revoked', { except: here })
}
