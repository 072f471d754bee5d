import { createAuthServer } from '@sessionward/server'
import { listen } from '@sessionward/server/node'
import { inParallel } from './in-parallel.mjs'
import { scratchFolder } from './scratch.mjs'

/** Sessionward as anybody would run it, with the built-in accounts, so that each refresh reads its session and its person. */
export async function startSessionward({ store, name }) {
  let auth
  const listening = await listen(
    {
      owns: () => true,
      get fetch() {
        return auth.fetch
      },
    },
    { port: 0, host: '127.0.0.1' },
  )
  auth = createAuthServer({ issuer: listening.url, store, mode: 'development', dataFolder: scratchFolder() })
  await auth.ready()
  return {
    auth,
    served: {
      name,
      url: `${listening.url}/auth/refresh`,
      contentType: 'application/json',
      body: (token) => `{"refresh_token":"${token}"}`,
    },
  }
}

/** Signs in `people` of an account each, `times` times. @returns their refresh tokens. */
export async function signInMany(auth, people, times = 1) {
  const tokens = []
  for (let number = 0; number < people; number++) {
    const { subject } = await auth.accounts.create({ username: `bench-${number}`, password: 'only for the bench' })
    const started = await inParallel(times, () => auth.sessions.start({ subject, transport: 'body' }))
    tokens.push(...started.map(({ refreshToken }) => refreshToken))
  }
  return tokens
}
