// What happens to each client, each in a browser profile of its own.
import { setTimeout as sleep } from 'node:timers/promises'
import { send } from './world.mjs'

/** Thirty requests meet an expired token. */
export async function burst(world) {
  const tab = await world.openTab('alice')
  await world.expire()
  const { answered } = await send(tab, 30, { limit: 12 })
  return { answered, refreshes: world.server.refreshes }
}

/** Four tabs of one browser do so at the same time. */
export async function tabs(world) {
  const all = [await world.openTab('alice')]
  while (all.length < 4) all.push(await world.openTab())
  await world.expire()
  const outcomes = await Promise.all(all.map((tab) => send(tab, 10, { limit: 12 })))
  const answered = outcomes.reduce((sum, outcome) => sum + outcome.answered, 0)
  return { answered, refreshes: world.server.refreshes }
}

/** The refusal of one request arrives when another has long had the token refreshed. */
export async function lateRefusal(world) {
  const tab = await world.openTab('alice')
  world.server.sessions.refuseAccessTokens()
  world.server.refreshes = 0
  const { answered } = await send(tab, 2, { limit: 6, delays: [0, 800] })
  return { answered, refreshes: world.server.refreshes }
}

/** The replay is refused too, and so is every other. */
export async function loop(world) {
  const tab = await world.openTab('alice')
  world.server.refusesAll = true
  world.server.refreshes = 0
  const { pending } = await send(tab, 1, { limit: 6 })
  return { pending, refreshes: world.server.refreshes }
}

/** Ten requests wait for a refresh that fails. The limit is longer than what any of the clients waits by itself. */
const failing = (refresh) => async (world) => {
  const tab = await world.openTab('alice')
  await world.expire()
  world.server.refresh = refresh
  const { pending } = await send(tab, 10, { limit: 30 })
  return { pending }
}

/** While Alice's requests wait for a refresh, Bob signs in in another tab; then each tab goes on. */
export async function otherUser(world) {
  const { server } = world
  const alice = await world.openTab('alice')
  const bob = await world.openTab()
  await world.expire()
  server.refreshLatency = 1500
  const waiting = send(alice, 10, { limit: 12 })
  for (let tries = 0; server.refreshes === 0 && tries < 100; tries++) await sleep(20)
  await bob.evaluate(() => window.client.signIn('bob'))
  await waiting
  server.refreshLatency = 80
  await send(bob, 5, { as: 'bob', limit: 6 })
  return { sentAsSomebodyElse: server.sentAsSomebodyElse }
}

/** Bob signs in in another tab while a request of Alice is on its way, which is refused after that. */
export async function otherUserLate(world) {
  const { server } = world
  const alice = await world.openTab('alice')
  const bob = await world.openTab()
  server.sessions.refuseAccessTokens()
  const onItsWay = send(alice, 1, { limit: 12, delays: [1500] })
  await sleep(300)
  await bob.evaluate(() => window.client.signIn('bob'))
  await onItsWay
  await send(bob, 5, { as: 'bob', limit: 6 })
  return { sentAsSomebodyElse: server.sentAsSomebodyElse }
}

/** How often each is run; the worst outcome counts. Those are repeated that depend on who is first. */
export const scenarios = {
  burst: { run: burst, times: 3 },
  tabs: { run: tabs, times: 3, needsTabs: true },
  lateRefusal: { run: lateRefusal, times: 1 },
  loop: { run: loop, times: 1 },
  500: { run: failing('500'), times: 1 },
  'network error': { run: failing('network error'), times: 1 },
  never: { run: failing('never'), times: 1 },
  otherUser: { run: otherUser, times: 3, needsTabs: true },
  otherUserLate: { run: otherUserLate, times: 1, needsTabs: true },
}
