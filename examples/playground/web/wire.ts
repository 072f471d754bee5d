import { distance, now, type PageConfig, pause } from './config.js'
import type { Outcome, Purpose, StageEvent, WireLine } from './stage/events.js'

interface Sending {
  readonly lane: string
  readonly call?: string | undefined
  /** Requests of one bundle are drawn together. */
  readonly bundle?: string | undefined
  readonly generation?: number | undefined
}

/** The part of an answer that the stage shows. */
interface Answer {
  readonly code?: string
  readonly expires_in?: number
  readonly refresh_token?: string
  readonly access_token?: string
  readonly subject?: string
  readonly session?: { readonly generation: number }
}

/** Sends requests, and reports to the stage what crossed the wire. */
export class Wire {
  readonly #config: PageConfig
  readonly #emit: (event: StageEvent) => void
  #count = 0

  constructor(config: PageConfig, emit: (event: StageEvent) => void) {
    this.#config = config
    this.#emit = emit
  }

  /** `fetch` that is drawn, with the delay of a distant server. */
  async fetch(request: Request, sending: Sending): Promise<Response> {
    const { lane, call, bundle, generation } = sending
    const trip = `${lane}.${++this.#count}`
    const { origin, pathname } = new URL(request.url)
    const to = origin === this.#config.auth ? 'auth' : 'api'
    const at = now()
    const purpose = purposeOf(pathname)
    const body = to === 'auth' ? await request.clone().text() : ''
    this.#emit({
      type: 'sent',
      trip,
      lane,
      to,
      purpose,
      ...(call === undefined ? {} : { call }),
      ...(bundle === undefined ? {} : { bundle }),
      ...(generation === undefined ? {} : { generation }),
      wire: sentLines(request, pathname, body),
      at,
    })
    try {
      await pause(distance / 2)
      request.signal.throwIfAborted()
      const response = await fetch(request)
      const answer = await readAnswer(response)
      await pause(distance / 2)
      this.#emit({
        type: 'answered',
        trip,
        outcome: outcomeOf(purpose, response.status, answer.code),
        ...(answer.session ? { generation: answer.session.generation } : {}),
        wire: receivedLines(response, answer),
        at: now(),
      })
      return response
    } catch (error) {
      await pause(distance / 2)
      this.#emit({ type: 'answered', trip, outcome: 'lost', wire: [['-', String(error)]], at: now() })
      throw error
    }
  }

  /** Calls one of the playground's controls, which the stage does not draw. */
  async control(server: 'auth' | 'api', name: string, input: object = {}): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.#config[server]}/playground/${name}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(input),
      credentials: 'omit',
    })
    return (await response.json()) as Record<string, unknown>
  }
}

/** Enough of a secret to tell it from another, not enough to use it. */
function shorten(secret: string): string {
  return secret.length > 20 ? `${secret.slice(0, 8)}…${secret.slice(-4)}` : secret
}

function purposeOf(path: string): Purpose {
  if (path.endsWith('/refresh')) return 'refresh'
  if (path.endsWith('/login')) return 'sign-in'
  return path.endsWith('/logout') ? 'sign-out' : 'request'
}

function outcomeOf(purpose: Purpose, status: number, code: string | undefined): Outcome {
  if (purpose === 'refresh' && status === 204) return 'nobody'
  if (status < 400) return 'ok'
  if (code === 'access_token_expired') return 'expired'
  if (code === 'refresh_token_missing') return 'nobody'
  return code === 'refresh_raced' ? 'raced' : 'refused'
}

function sentLines(request: Request, path: string, content: string): WireLine[] {
  const lines: WireLine[] = [[request.method, path]]
  const authorization = request.headers.get('Authorization')
  if (authorization) lines.push(['Authorization', `Bearer ${shorten(authorization.slice(7))}`])
  if (request.credentials === 'include') lines.push(['Cookie', '•••••••• (HttpOnly)'])
  const session = request.headers.get('Sessionward-Session')
  if (session) lines.push(['Sessionward-Session', shorten(session)])
  const body = content === '' ? {} : (JSON.parse(content) as Record<string, unknown>)
  for (const [name, value] of Object.entries(body)) {
    lines.push([name, name === 'password' ? '••••••••' : shorten(String(value))])
  }
  return lines
}

function receivedLines(response: Response, answer: Answer): WireLine[] {
  const lines: WireLine[] = [[String(response.status), answer.code ?? response.statusText]]
  const challenge = response.headers.get('WWW-Authenticate')
  if (challenge) lines.push(['WWW-Authenticate', challenge])
  if (answer.access_token) lines.push(['access_token', `${shorten(answer.access_token)}, ${answer.expires_in} s`])
  if (answer.subject) lines.push(['subject', shorten(answer.subject)])
  if (answer.refresh_token) lines.push(['refresh_token', shorten(answer.refresh_token)])
  return lines
}

async function readAnswer(response: Response): Promise<Answer> {
  try {
    return (await response.clone().json()) as Answer
  } catch {
    return {}
  }
}
