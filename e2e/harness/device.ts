import { setTimeout as sleep } from 'node:timers/promises'
import { browserEnvironment, type Client, createClient, RefreshUnavailableError } from '@sessionward/client'

/** The session as the latest token answer described it. */
interface LatestAnswer {
  readonly sid: string
  readonly generation: number
  readonly refreshToken: string
}

/** How many times faster the device's clock runs, so that its pauses are short and its requests many. */
const speed = 10

/** A device with the real client: body transport, refresh token in memory. */
export class Device {
  readonly client: Client
  #latest: LatestAnswer | undefined
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
        // Web Locks of Node 24 span the process; devices share none.
        locks: undefined,
        monotonic: () => environment.monotonic() * speed,
        fetch: (request) => this.#watch(environment.fetch(request)),
      },
    })
  }

  /** Creates an account and signs in with it. */
  async join(server: string, username: string): Promise<void> {
    const person = { username, password: passwordOf(username) }
    let registered = await post(server, '/auth/register', person)
    // Registrations get the smaller share of the hashing queue: when many people register at once, some get 503 with Retry-After.
    while (registered.status === 503) {
      await sleep(100)
      registered = await post(server, '/auth/register', person)
    }
    if (registered.status !== 201) throw new Error(`registration was answered ${registered.status}`)
    await this.client.signIn(person)
    this.#accessToken = await this.client.token()
  }

  /** The latest token answer. */
  get latest(): LatestAnswer {
    if (!this.#latest) throw new Error('the device is not signed in')
    return this.#latest
  }

  /** Refreshes once. @throws SignedOutError, RefreshUnavailableError */
  async refresh(): Promise<void> {
    this.#accessToken = await this.client.token({ refused: this.#accessToken })
  }

  /** Retries until it has tokens, and waits as the errors ask. @throws SignedOutError */
  async refreshInTheEnd(signal?: AbortSignal): Promise<void> {
    for (;;) {
      try {
        return await this.refresh()
      } catch (error) {
        if (!(error instanceof RefreshUnavailableError)) throw error
        if (signal?.aborted) return
        await sleep((error.retryAfter * 1000) / speed)
      }
    }
  }

  /** Refreshes without a pause, until it is signed out. */
  async goOnUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.client.state !== 'anonymous') await this.refreshInTheEnd(signal).catch(() => {})
  }

  async #watch(pending: Promise<Response>): Promise<Response> {
    try {
      const response = await pending
      const body = await response.clone().json()
      if (!response.ok) this.refusals.push(`${response.status} ${body.code}`)
      else {
        this.granted++
        const { session, refresh_token: refreshToken } = body
        this.#latest = { sid: session.id, generation: session.generation, refreshToken }
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

/** Sends JSON, as curl would. */
export function post(server: string, path: string, body: object): Promise<Response> {
  return fetch(server + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
}
