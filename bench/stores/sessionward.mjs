import { signInMany, startSessionward } from '../harness/sessionward.mjs'

export async function start({ store, people, sessions, ...place }) {
  const driver = await import(`./stores/${store}.mjs`)
  const opened = driver.store(await driver.connect(place), place)
  const { auth, served } = await startSessionward({ store: opened, name: `sessionward on ${driver.title}` })
  return { ...served, tokens: await signInMany(auth, people, sessions / people) }
}
