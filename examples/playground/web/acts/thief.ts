import type { Client } from '@sessionward/client'
import { config, now, pause } from '../config.js'
import { type Act, expire, type Scene } from './act.js'
import { guardLines } from './everywhere.js'
import { keepAsking, lagOf } from './keep-asking.js'

const clientId = 'victim'
const raceWindow = 10_000

/** A thief copies the refresh token of a bearer session: what he can do, and how and when he is out. */
export const thief: Act = {
  id: 'thief',
  pace: 0.26,
  lines: guardLines,
  async play(scene) {
    const { emit, wire } = scene
    const name = now().toFixed(0)
    const [lane, prey] = [`thief-${name}`, `victim-${name}`]
    scene.say((words) => words.progress.thiefSignsIn)
    const victim = scene.enter(prey, { clientId, transport: 'body' })
    try {
      await victim.client.signIn(scene.config.accounts[1]!)
      const sid = victim.client.session!.id
      emit({ type: 'signed-in', lane: prey, session: sid, at: now() })
      await victim.ask()

      emit({ type: 'lane', lane, kind: 'thief', born: now(), at: now() })
      emit({ type: 'signed-in', lane, session: sid, at: now() })
      const pocket = new Pocket(scene, lane, await readVault())
      const cameIn = now()
      await pocket.refresh()
      await pocket.ask()
      scene.say((words) => words.progress.thiefIn)

      // The person goes on working: two refreshes, and the copy is two steps behind.
      await refreshOnce(scene, victim)
      await refreshOnce(scene, victim)
      const superseded = now()
      await pocket.refresh()
      await countDown(scene, superseded + raceWindow + 400)

      const asking = keepAsking(scene, lane, pocket.accessToken, 60)
      await pause(120)
      const sent = now()
      await pocket.refresh()
      emit({ type: 'told', session: sid, at: (sent + now()) / 2 })
      emit({ type: 'ended', session: sid, reason: 'refresh_token_reused', at: now() })
      const out = now()
      await asking
      await victim.ask().catch(() => {})
      const counts = {
        entries: pocket.entries,
        raced: pocket.raced,
        inside: Math.round((out - cameIn) / 1000),
        milliseconds: await lagOf(wire, sid),
      }
      return (words) => words.seen.thief(counts)
    } finally {
      victim.client.destroy()
      for (const gone of [lane, prey]) emit({ type: 'closed', lane: gone, at: now() })
    }
  },
}

/** What the thief holds, and what came of it. */
class Pocket {
  readonly #scene: Scene
  readonly #lane: string
  #refreshToken: string
  accessToken = ''
  /** How often the refresh token worked, and how often it was put off as a race of two tabs. */
  entries = 0
  raced = 0

  constructor(scene: Scene, lane: string, refreshToken: string) {
    this.#scene = scene
    this.#lane = lane
    this.#refreshToken = refreshToken
  }

  async refresh(): Promise<void> {
    const request = new Request(`${config.auth}/auth/refresh`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ refresh_token: this.#refreshToken }),
      credentials: 'omit',
    })
    const response = await this.#send(request)
    if (response.ok) this.entries += 1
    if (response.status === 409) this.raced += 1
    if (!response.ok) return
    const answer = (await response.json()) as { access_token: string; refresh_token: string }
    this.accessToken = answer.access_token
    this.#refreshToken = answer.refresh_token
  }

  async ask(): Promise<void> {
    const headers = { Authorization: `Bearer ${this.accessToken}` }
    await this.#send(new Request(`${config.api}/api/hello`, { headers }))
  }

  #send(request: Request): Promise<Response> {
    return this.#scene.wire.fetch(request, { lane: this.#lane })
  }
}

async function refreshOnce(scene: Scene, victim: { readonly client: Client; ask(): Promise<void> }): Promise<void> {
  await expire(scene, victim.client)
  await victim.ask()
}

async function countDown(scene: Scene, until: number): Promise<void> {
  for (let left = until - now(); left > 0; left = until - now()) {
    const seconds = Math.ceil(left / 1000)
    scene.say((words) => words.progress.thiefWaits(seconds))
    await pause(Math.min(left, 1000))
  }
}

/** What any script of the page could do: in body transport the refresh token lies in IndexedDB, for the client to read. */
async function readVault(): Promise<string> {
  const databases = await indexedDB.databases()
  const name = databases.map((database) => database.name ?? '').find((known) => known.endsWith(` ${clientId}`))
  const open = indexedDB.open(name ?? '')
  await settled(open)
  const reading = open.result.transaction('vault').objectStore('vault').getAll()
  await settled(reading)
  open.result.close()
  const records = reading.result as { session?: { refreshToken?: string } }[]
  const token = records.map(({ session }) => session?.refreshToken).find((found) => found !== undefined)
  if (!token) throw new Error('the thief found no refresh token in IndexedDB')
  return token
}

function settled(request: IDBRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve()
    request.onerror = () => reject(request.error)
  })
}
