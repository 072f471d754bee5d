import protectedApi from '../../src/protected-api.ts?source'
import { config, now, pause } from '../config.js'
import type { Watched } from '../watch.js'
import { type Act, expire, type Scene, sendAtOnce } from './act.js'
import { lagOf, sendUntilRefused } from './send-until-refused.js'

const clientId = 'victim'
/** Milliseconds within which an old refresh token may come from a race of two tabs. */
const raceWindow = 10_000

/** A thief copies the refresh token of a bearer session: what the copy can do, and how and when it ends. */
export const thief: Act = {
  id: 'thief',
  pace: 0.24,
  code: protectedApi,
  async play(scene) {
    const { emit, wire } = scene
    const name = now().toFixed(0)
    const [lane, victimLane] = [`thief-${name}`, `victim-${name}`]
    scene.say((words) => words.progress.thiefSignsIn)
    const victim = scene.enter(victimLane, { clientId, transport: 'body' })
    try {
      await victim.client.signIn(scene.config.accounts[1]!)
      const sid = victim.client.session!.id
      emit({ type: 'signed-in', lane: victimLane, session: sid, at: now() })
      await sendAtOnce(config, victim, 1)

      emit({ type: 'lane', lane, kind: 'thief', born: now(), at: now() })
      emit({ type: 'signed-in', lane, session: sid, at: now() })
      const copy = new StolenTokens(scene, lane, await readVault())
      const stolenAt = now()
      await copy.refresh()
      await copy.request()
      scene.say((words) => words.progress.thiefIn)

      // The person continues to work: after two refreshes the copy is two generations behind.
      await refreshOnce(scene, victim)
      await refreshOnce(scene, victim)
      const superseded = now()
      await copy.refresh()
      await countDown(scene, superseded + raceWindow + 400)

      const sending = sendUntilRefused(scene, lane, copy.accessToken, 100)
      await pause(320)
      const sent = now()
      await copy.refresh()
      emit({ type: 'revoked', at: (sent + now()) / 2 })
      emit({ type: 'ended', session: sid, reason: 'refresh_token_reused', at: now() })
      const endedAt = now()
      const refused = await sending
      // The person's next request is refused too, with the reason.
      await sendAtOnce(config, victim, 1).catch(() => {})
      const counts = {
        granted: copy.granted,
        raced: copy.raced,
        inside: Math.round((endedAt - stolenAt) / 1000),
        milliseconds: await lagOf(wire, sid),
        refused,
      }
      return (words) => words.seen.thief(counts)
    } finally {
      victim.client.destroy()
      for (const gone of [lane, victimLane]) emit({ type: 'closed', lane: gone, at: now() })
    }
  },
}

/** The tokens that the thief holds, and how often the refresh token worked. */
class StolenTokens {
  readonly #scene: Scene
  readonly #lane: string
  #refreshToken: string
  accessToken = ''
  granted = 0
  /** Refreshes that were refused as a race of two tabs. */
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
    if (response.ok) this.granted += 1
    if (response.status === 409) this.raced += 1
    if (!response.ok) return
    const answer = (await response.json()) as { access_token: string; refresh_token: string }
    this.accessToken = answer.access_token
    this.#refreshToken = answer.refresh_token
  }

  async request(): Promise<void> {
    const headers = { Authorization: `Bearer ${this.accessToken}` }
    await this.#send(new Request(`${config.api}/api/hello`, { headers }))
  }

  #send(request: Request): Promise<Response> {
    return this.#scene.wire.fetch(request, { lane: this.#lane })
  }
}

async function refreshOnce(scene: Scene, victim: Watched): Promise<void> {
  await expire(scene, victim.client)
  await sendAtOnce(config, victim, 1)
}

async function countDown(scene: Scene, until: number): Promise<void> {
  for (let left = until - now(); left > 0; left = until - now()) {
    const seconds = Math.ceil(left / 1000)
    scene.say((words) => words.progress.thiefWaits(seconds))
    await pause(Math.min(left, 1000))
  }
}

/** Reads what any script of the page could read: in body transport the client stores the refresh token in IndexedDB. */
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
