import { expect } from 'vitest'
import type { TestServer } from '../harness/auth-server.js'
import { Browser } from '../harness/browser.js'
import { passwordOf } from '../harness/people.js'
import { type Minted, SessionModel } from './session-model.js'

/** How an answer fares on its way: it arrives, is lost after the commit, or arrives later. */
export type Fate = 'arrives' | 'lost' | 'late'

/** One server, a browser with its tabs, a thief, and beside them the model of what must happen. */
export class World {
  readonly server: TestServer
  readonly browser: Browser
  readonly thief: Browser
  readonly #sessions = new Map<string, SessionModel>()
  readonly #minted = new Map<string, Minted>()
  readonly #late: Response[] = []
  #nextId = 0
  /** How often a refresh was answered how. */
  readonly #outcomes: Map<string, number>

  constructor(server: TestServer, outcomes: Map<string, number>) {
    this.#outcomes = outcomes
    this.server = server
    this.browser = new Browser(server.auth)
    this.thief = new Browser(server.auth)
  }

  get now(): number {
    return this.server.clock.read()
  }

  get sessions(): readonly SessionModel[] {
    return [...this.#sessions.values()]
  }

  async signIn(): Promise<void> {
    // Two sign-ins of one browser are never in one millisecond.
    this.server.clock.advance(0.001)
    const before = this.#modelsIn(this.browser)
    const credentials = { username: 'ann', password: passwordOf('ann') }
    const response = await this.browser.send('/auth/login', credentials)
    expect(response.status).toBe(200)
    for (const model of before) if (model.isAlive(this.now)) model.end('session_replaced', this.now)
    const { session } = (await response.clone().json()) as { session: { id: string } }
    const first = this.#keep(response, session.id, null, 0)
    this.#sessions.set(session.id, new SessionModel(first, this.now))
    this.browser.apply(response)
  }

  async refresh(browser: Browser, fate: Fate): Promise<string> {
    const token = this.#heldBy(browser)
    const response = await browser.send('/auth/refresh')
    return this.#judge(browser, token, response, fate)
  }

  /** Two tabs at one moment with one jar; their answers arrive in either order. */
  async bothTabs(swapped: boolean): Promise<void> {
    const token = this.#heldBy(this.browser)
    const responses = await Promise.all([this.browser.send('/auth/refresh'), this.browser.send('/auth/refresh')])
    const judged = [await this.#judge(this.browser, token, responses[0]!, 'lost')]
    // The second of two refusals finds the session as the first one left it.
    judged.push(await this.#judge(this.browser, token, responses[1]!, 'lost'))
    for (const response of swapped ? responses.reverse() : responses) this.browser.apply(response)
  }

  async signOut(browser: Browser, fate: Fate): Promise<void> {
    const model = this.#modelOf(browser)
    const response = await browser.send('/auth/logout')
    expect(response.status).toBe(204)
    if (model?.isAlive(this.now)) model.end('signed_out', this.now)
    this.#deliver(browser, response, fate)
  }

  /** A concurrent refresh and sign-out: whichever is first, nothing is granted after the sign-out was answered. */
  async signOutDuringRefresh(): Promise<void> {
    const token = this.#heldBy(this.browser)
    const model = this.#modelOf(this.browser)
    const [refreshed, left] = await Promise.all([this.browser.send('/auth/refresh'), this.browser.send('/auth/logout')])
    expect(left.status).toBe(204)
    const outcome = await outcomeOf(refreshed)
    // Its answer says which was first; either order is correct.
    if (outcome === 'signed_out' && model?.isAlive(this.now)) model.end('signed_out', this.now)
    await this.#judge(this.browser, token, refreshed, 'lost')
    if (model?.isAlive(this.now)) model.end('signed_out', this.now)
    this.browser.apply(left)
  }

  async revoke(): Promise<void> {
    const model = this.#modelOf(this.browser)
    if (!model) return
    await this.server.auth.sessions.end(model.sid)
    model.end('session_revoked', this.now)
  }

  steal(): void {
    this.thief.jar.clear()
    for (const [name, token] of this.browser.jar) this.thief.jar.set(name, token)
  }

  /** The oldest answer that was held back arrives: a late Set-Cookie. */
  deliverLate(): void {
    const response = this.#late.shift()
    if (response) this.browser.apply(response)
  }

  /** The store holds what the model says, session for session. */
  async compare(): Promise<void> {
    for (const model of this.sessions) {
      const { session } = await this.server.stored.store.sessions.find(model.sid)
      expect({
        generation: session!.generation,
        superseded: session!.superseded.map(({ generation, at }) => [generation, at]),
        idleDeadline: session!.idleDeadline,
        ended: session!.ended?.reason ?? null,
      }).toEqual({
        generation: model.confirmed.generation,
        superseded: model.superseded.map(({ token, at }) => [token.generation, at]),
        idleDeadline: model.idleDeadline,
        ended: model.ended,
      })
    }
  }

  async #judge(browser: Browser, token: string | undefined, response: Response, fate: Fate): Promise<string> {
    const minted = token === undefined ? undefined : this.#minted.get(token)
    const model = minted && this.#sessions.get(minted.sid)
    const expected = minted && model ? model.present(minted, this.now) : 'nobody'
    const answer = await outcomeOf(response)
    expect(answer).toBe(expected)
    this.#outcomes.set(expected, (this.#outcomes.get(expected) ?? 0) + 1)
    if (expected === 'granted') {
      this.#keep(response, model!.sid, model!.confirmed.id, model!.confirmed.generation + 1)
    }
    this.#deliver(browser, response, fate)
    return expected
  }

  #deliver(browser: Browser, response: Response, fate: Fate): void {
    if (fate === 'arrives') browser.apply(response)
    if (fate === 'late' && browser === this.browser) this.#late.push(response)
  }

  #keep(response: Response, sid: string, parent: number | null, generation: number): Minted {
    const cookie = response.headers.getSetCookie().find((value) => !value.includes('Max-Age=0'))!
    const token = cookie.slice(cookie.indexOf('=') + 1, cookie.indexOf(';'))
    expect(this.#minted.has(token)).toBe(false)
    const minted = { sid, id: this.#nextId++, generation, parent }
    this.#minted.set(token, minted)
    return minted
  }

  #modelOf(browser: Browser): SessionModel | undefined {
    const models = this.#modelsIn(browser)
    return models.findLast((model) => model.isAlive(this.now)) ?? models.at(-1)
  }

  /** Those whose cookies it holds, in the order of the sign-ins. A late answer brings an old cookie back. */
  #modelsIn(browser: Browser): readonly SessionModel[] {
    const held = new Set([...browser.jar.values()].map((token) => this.#minted.get(token)?.sid))
    return this.sessions.filter(({ sid }) => held.has(sid))
  }

  /** The token that counts: the latest sign-in wins. */
  #heldBy(browser: Browser): string | undefined {
    const sid = this.#modelOf(browser)?.sid
    return [...browser.jar.values()].find((token) => this.#minted.get(token)?.sid === sid)
  }
}

/** `granted`, `nobody` where nobody is signed in, or the code of the refusal. */
async function outcomeOf(response: Response): Promise<string> {
  if (response.status === 204) return 'nobody'
  const { code = 'granted' } = (await response.clone().json()) as { code?: string }
  return code
}
