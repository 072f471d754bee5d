import { setTimeout as sleep } from 'node:timers/promises'
import { browserEnvironment, type Client, createClient, RefreshUnavailableError } from '@sessionward/client'

/** What a device was told of its session at last. */
interface Told {
  readonly sid: string
  readonly generation: number
  readonly refreshToken: string
}

/** Its clock is so many times as fast as ours, so that its pauses are short and its requests many. */
const haste = 10

/** Somebody's device, with the client that people use: in body transport, its refresh token in memory. */
export class Device {
  readonly client: Client
  #told: Told | undefined
  #accessToken: string | undefined
  /** Answers other than tokens, as `status code`. */
  readonly refusals: string[] = []
  /** Requests that were never answered. */
  lost = 0
  /** Requests that were answered with tokens. */
  granted = 0

  constructor(server: string) {
    const environment = browserEnvironment()
    this.client = createClient({
      server,
      transport: 'body',
      // The device says itself when it tries again.
      patience: 0,
      environment: {
        ...environment,
        // Of one process, as Node 24 has them: devices share none.
        locks: undefined,
        monotonic: () => environment.monotonic() * haste,
        fetch: (request) => this.#watch(environment.fetch(request)),
      },
    })
  }

  /** Makes an account and signs in with it. */
  async join(server: string, username: string): Promise<void> {
    const person = { username, password: passwordOf(username) }
    const made = await post(server, '/auth/register', person)
    if (made.status !== 201) throw new Error(`registration was answered ${made.status}`)
    await this.client.signIn(person)
    this.#accessToken = await this.client.token()
  }

  /** What it was told at last. */
  get told(): Told {
    if (!this.#told) throw new Error('the device is not signed in')
    return this.#told
  }

  /** Asks for the next tokens once. @throws SignedOutError, RefreshUnavailableError */
  async refresh(): Promise<void> {
    this.#accessToken = await this.client.token({ refused: this.#accessToken })
  }

  /** Asks until there are tokens, as an application does that waits when it is told to. @throws SignedOutError */
  async refreshInTheEnd(signal?: AbortSignal): Promise<void> {
    for (;;) {
      try {
        return await this.refresh()
      } catch (error) {
        if (!(error instanceof RefreshUnavailableError)) throw error
        if (signal?.aborted) return
        await sleep((error.retryAfter * 1000) / haste)
      }
    }
  }

  /** Refreshes all the time, unless it is signed out. */
  async goOnUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.client.state !== 'anonymous') await this.refreshInTheEnd(signal).catch(() => {})
  }

  async #watch(asked: Promise<Response>): Promise<Response> {
    try {
      const response = await asked
      const body = await response.clone().json()
      if (!response.ok) this.refusals.push(`${response.status} ${body.code}`)
      else {
        this.granted++
        const { session, refresh_token: refreshToken } = body
        this.#told = { sid: session.id, generation: session.generation, refreshToken }
      }
      return response
    } catch (error) {
      this.lost++
      throw error
    }
  }
}

export function passwordOf(username: string): string {
  return `the long password of ${username}`
}

/** A request in JSON, as curl would send it. */
export function post(server: string, path: string, body: object): Promise<Response> {
  return fetch(server + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
}
