// One node of the auth server under test, in a process of its own. Tells its parent the access tokens of its sessions.
import { createAuthServer } from '@sessionward/server'
import { listen } from '@sessionward/server/node'
import { scratchFolder } from '../harness/scratch.mjs'

export async function start({ store, sessions, credential, issuer, secrets, ...place }) {
  const driver = await import(`../stores/stores/${store}.mjs`)
  let auth
  const listening = await listen(
    { owns: () => true, fetch: (request, info) => auth.fetch(request, info) },
    { port: 0, host: '127.0.0.1' },
  )
  auth = createAuthServer({
    issuer: issuer ?? listening.url,
    store: driver.store(await driver.connect(place), place),
    mode: 'development',
    dataFolder: scratchFolder(),
    secrets: { ...secrets, guards: [credential] },
    lifetimes: { accessToken: 3600 },
    directory: { authenticate: async () => null, profile: async (subject) => ({ user: { subject } }) },
  })
  await auth.ready()
  const tokens = []
  for (let number = 0; number < sessions; number++) {
    tokens.push((await auth.sessions.start({ subject: `bench-${number}` })).accessToken)
  }
  return { name: `sessionward on ${driver.title}`, url: listening.url, tokens }
}
