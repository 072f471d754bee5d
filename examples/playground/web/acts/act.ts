import type { Client } from '@sessionward/client'
import type { PageConfig } from '../config.js'
import type { StageEvent } from '../stage/events.js'
import type { StageModel } from '../stage/model.js'
import type { Tabs } from '../tabs.js'
import type { Watched } from '../watch.js'
import type { Wire } from '../wire.js'
import type { ActId, Words } from '../words.js'

/** A sentence that can be said again in the other language. */
export type Sentence = (words: Words) => string

/** What an act has at hand. */
export interface Scene {
  readonly config: PageConfig
  readonly client: Client
  readonly self: string
  readonly model: StageModel
  readonly wire: Wire
  readonly tabs: Tabs
  emit(event: StageEvent): void
  /** One request of this tab. */
  ask(): Promise<void>
  /** A further client in this tab, with a session and a lane of its own. */
  enter(lane: string, client: { readonly clientId: string; readonly transport: 'body' }): Watched
  /** Says beside the button how far the act is. */
  say(sentence: Sentence): void
  /** Shows a number that grows while it is looked at; nothing takes it away. */
  count(milliseconds: number | null): void
}

export interface Act {
  readonly id: ActId
  /** How fast time runs on the stage, where 1 fits two seconds of travelling. */
  readonly pace: number
  /** The lines of code that did it. */
  readonly lines: string
  /** Plays, and says what was seen. */
  play(scene: Scene): Promise<Sentence>
}

/** Which access token this is; the business server is then told to take it for expired. */
function readJti(accessToken: string): string {
  return String(readClaims(accessToken).jti)
}

/** Seconds that an access token has left. */
export function secondsLeft(accessToken: string): number {
  return Math.max(0, Math.round(Number(readClaims(accessToken).exp) - Date.now() / 1000))
}

function readClaims(accessToken: string): Record<string, unknown> {
  const payload = (accessToken.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
  return JSON.parse(atob(payload)) as Record<string, unknown>
}

/** Makes the access token that a client holds an expired one. */
export async function expire({ wire }: Scene, client: Client): Promise<void> {
  await wire.control('api', 'expire', { jti: readJti(await client.token()) })
}

/** Nobody may be told that they are still signed in when they are not. */
export function requireSession({ session, reason }: Client): void {
  if (!session) throw new Error(`the session ended: ${reason ?? 'unknown'}`)
}

/** The beginning of every browser's lines. */
export const clientLines = `import { createClient } from
  '@sessionward/client'

const client = createClient({
  server: 'http://localhost:4000',
  origins: ['http://localhost:4001'],
})
await client.signIn({ username, password })`
