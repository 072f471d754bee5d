import { createAuthServer } from '@sessionward/server'
import { listen } from '@sessionward/server/node'
import { sqliteStore } from '@sessionward/server/store/sqlite'
import { scratchFolder } from '../harness/scratch.mjs'
import { signInMany } from '../harness/sessionward.mjs'

/** The auth server on SQLite. A request says in `X-Address` where it comes from, so that a flood can come from everywhere. */
export async function start({ sessions }) {
  let auth
  const addressed = (request) => auth.fetch(request, { address: request.headers.get('X-Address') ?? '192.0.2.1' })
  const { url } = await listen({ owns: () => true, fetch: addressed }, { port: 0, host: '127.0.0.1' })
  const folder = scratchFolder()
  const store = sqliteStore(`${folder}/auth.db`)
  auth = createAuthServer({ issuer: url, store, mode: 'development', registration: 'open', dataFolder: folder })
  await auth.ready()
  return {
    name: 'sessionward on SQLite',
    base: url,
    url: `${url}/auth/refresh`,
    contentType: 'application/json',
    body: (token) => `{"refresh_token":"${token}"}`,
    tokens: await signInMany(auth, sessions),
  }
}
