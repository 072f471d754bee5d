import type { Client } from '@sessionward/client'
import connect from '../calls/connect.ts?source'
import { fetchAtOnce } from '../calls/fetch-at-once.js'
import fetchAtOnceSource from '../calls/fetch-at-once.ts?source'
import type { PageConfig } from '../config.js'
import type { StageEvent } from '../stage/events.js'
import type { StageModel } from '../stage/model.js'
import type { Tabs } from '../tabs.js'
import type { Watched } from '../watch.js'
import type { Wire } from '../wire.js'
import type { ActId, Words } from '../words.js'

/** A sentence that can be written again in the other language. */
export type Sentence = (words: Words) => string

/** What an act works with. */
export interface Scene {
  readonly config: PageConfig
  /** This tab's client, and its drawn `fetch`. */
  readonly mine: Watched
  readonly self: string
  readonly model: StageModel
  readonly wire: Wire
  readonly tabs: Tabs
  emit(event: StageEvent): void
  /** A further client in this tab, with a session and a lane of its own. */
  enter(lane: string, client: { readonly clientId: string; readonly transport: 'body' }): Watched
  /** Shows how far the act is. */
  say(sentence: Sentence): void
  /** Shows a number of milliseconds beside the title of the stage. */
  count(milliseconds: number): void
}

export interface Act {
  readonly id: ActId
  /** How fast time runs on the stage. At 1, its visible width is 2.5 seconds of travelling. */
  readonly pace: number
  /** The text of the files that the act runs. */
  readonly code: string
  /** Plays. @returns what was seen. */
  play(scene: Scene): Promise<Sentence>
}

/** What acts 1 to 4 run. */
export const fetchCode = `${connect}\n${fetchAtOnceSource}`

/** Sends requests at once, as one tab of an application would. */
export async function sendAtOnce(config: PageConfig, watched: Watched, count: number): Promise<void> {
  await fetchAtOnce(watched, `${config.api}/api/hello`, count)
}

/** Seconds until an access token expires. */
export function secondsLeft(accessToken: string): number {
  return Math.max(0, Math.round(Number(readClaims(accessToken).exp) - Date.now() / 1000))
}

function readClaims(accessToken: string): Record<string, unknown> {
  const payload = (accessToken.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
  return JSON.parse(atob(payload)) as Record<string, unknown>
}

/** Lets the business server treat the client's access token as expired. */
export async function expire({ wire }: Pick<Scene, 'wire'>, client: Client): Promise<void> {
  await wire.control('api', 'expire', { jti: String(readClaims(await client.token()).jti) })
}

/** Called before an act says "still signed in". @throws Error if the session has ended. */
export function requireSession({ session, reason }: Client): void {
  if (!session) throw new Error(`the session ended: ${reason ?? 'unknown'}`)
}
