import { startSessionward } from '../harness/sessionward.mjs'
import { fill } from './fill.mjs'

const turns = 16
const password = 'only for the bench'

/** A store with `size` sessions, among them `sessions` that are signed in for real and then refreshed. */
export async function start({ store, size, sessions, ...place }) {
  const [driver, filling] = await Promise.all([import(`../stores/stores/${store}.mjs`), import(`./fill/${store}.mjs`)])
  const client = await driver.connect(place)
  const { auth, served } = await startSessionward({ store: driver.store(client), name: `${driver.title}, ${size}` })

  // The model of all others: a session that has been refreshed long enough to hold all that a session can hold.
  const model = await auth.accounts.create({ username: 'model', password })
  let { refreshToken } = await auth.sessions.start({ subject: model.subject, transport: 'body' })
  for (let times = 0; times < 6; times++) {
    refreshToken = (await auth.sessions.refresh({ token: refreshToken, transport: 'body' })).refreshToken
  }

  const tokens = []
  async function signIn(turn) {
    const { subject } = await auth.accounts.create({ username: `bench-${turn}`, password })
    for (let number = 0; number < sessions / turns; number++) {
      const started = await auth.sessions.start({ subject, transport: 'body' })
      tokens.push(started.refreshToken)
    }
  }
  const began = performance.now()
  const bytes = await fill(filling, client, { size, turns, between: signIn })
  return { ...served, tokens: shuffled(tokens), bytes, seconds: (performance.now() - began) / 1000 }
}

/** So that no connection of the load has neighbours. */
function shuffled(tokens) {
  return tokens
    .map((token) => ({ token, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ token }) => token)
}
