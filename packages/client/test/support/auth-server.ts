import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Envelope } from '@sessionward/protocol'

/**
 * A small auth server that keeps what a client can see of the rotation rule: a refresh token is confirmed by its use,
 * the one before it is raced for ten seconds and then reused, which ends the session. Of several cookies the latest
 * sign-in counts. And an API that knows the tokens.
 */
export interface ScriptedAuthServer {
  readonly origin: string
  readonly api: string
  /** The calls, in order: `login`, `refresh`, `logout`. */
  readonly calls: { path: string; sid: string | undefined; status: number }[]
  readonly sessions: Map<string, StoredSession>
  /** Every request the API saw. */
  readonly apiCalls: { path: string; subject: string | undefined; status: number; body: string }[]
  /** Seconds. */
  lifetime: number
  /** Answers the next calls of a path instead of the server. Returning nothing lets the server answer. */
  script: ((path: string) => Scripted | undefined | Promise<Scripted | undefined>) | undefined
  /** What the access tokens of a person say from now on. Default: an empty scope. */
  readonly scopes: Map<string, string>
  /** Refuses every access token that was given out until now. */
  expireAccessTokens(): void
  /** Answers API calls instead of the API. */
  apiScript:
    | ((path: string, token: string | undefined) => Scripted | undefined | Promise<Scripted | undefined>)
    | undefined
  /** Old tokens that become sessions, and whose; `elsewhere` stays with the old system. */
  readonly oldTokens: Map<string, string>
  /** Wraps every answer of the server and the API. */
  envelope: Envelope | undefined
  refreshes(): number
  /** The open event streams: the session of each, and its writer. */
  readonly streams: Set<{ readonly sid: string; readonly response: ServerResponse }>
  /** Seconds between two events, as the streams say. No event but the first is sent by itself. */
  heartbeat: number
  /** Ends a session, and tells its streams. */
  tell(sid: string, reason: string, more?: object): void
  /** What the application's own sign-in does: a new session in cookie transport. Returns the cookies to set. */
  startSession(username: string, cookies?: string): string[]
  end(sid: string, reason: string): void
  close(): Promise<void>
}

export interface Scripted {
  readonly status?: number
  readonly headers?: Record<string, string | string[]>
  readonly body?: unknown
  /** Does the work, and loses the answer. */
  readonly lose?: boolean
  /** The socket is cut. */
  readonly cut?: boolean
  /** Never answers. */
  readonly hang?: boolean
}

interface StoredSession {
  readonly sid: string
  readonly sub: string
  readonly transport: string
  confirmed: string
  next: Set<string>
  superseded: { token: string; at: number }[]
  generation: number
  ended: string | undefined
}

type Jar = readonly { readonly session: StoredSession; readonly token: string }[]

const racedWindow = 10_000
const challenge = { 'WWW-Authenticate': 'Bearer error="invalid_token", code="access_token_expired"' }

export async function startAuthServer(): Promise<ScriptedAuthServer> {
  const sessions = new Map<string, StoredSession>()
  const good = new Map<string, string>()
  let count = 0

  function mint(session: StoredSession) {
    const refreshToken = `${session.sid}-refresh-${++count}`
    session.next.add(refreshToken)
    const scope = self.scopes.get(session.sub) ?? ''
    const payload = { sub: session.sub, sid: session.sid, jti: `${session.sid}-jti-${++count}`, scope }
    const accessToken = `x.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.x`
    good.set(accessToken, session.sub)
    const body = {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: self.lifetime,
      ...(session.transport === 'body' && { refresh_token: refreshToken }),
      refresh_expires_in: 1000,
      session: { id: session.sid, generation: session.generation + 1, created_at: 1, expires_at: 2 },
      user: { username: session.sub },
    }
    return { body, refreshToken }
  }

  function problem(status: number, code: string, verdict: string, headers: Scripted['headers'] = {}): Scripted {
    return {
      status,
      headers: { 'Content-Type': 'application/problem+json', ...headers },
      body: { type: 'about:blank', title: code, status, code, verdict },
    }
  }

  const cookieName = ({ sid }: StoredSession) => `sessionward.default.${sid}`
  const clear = (session: StoredSession) => `${cookieName(session)}=; Path=/; Max-Age=0`

  /** Sets the cookie of a session, and clears those of the earlier ones. */
  function cookies(session: StoredSession, token: string, jar: Jar) {
    const earlier = jar.filter((one) => one.session !== session).map((one) => clear(one.session))
    return { 'Set-Cookie': [...earlier, `${cookieName(session)}=${token}; Path=/; HttpOnly`] }
  }

  /** The cookies of known sessions, latest sign-in first. */
  function readJar(header: string): Jar {
    const pairs = header.split('; ').map((pair) => pair.split('='))
    return [...sessions.values()].reverse().flatMap((session) => {
      const token = pairs.find(([name]) => name === cookieName(session))?.[1]
      return token ? [{ session, token }] : []
    })
  }

  /** The refresh token that is meant, or the answer where there is none. */
  function choose(path: string, named: string | undefined, jar: Jar): string | Scripted {
    const alive = jar.filter(({ session }) => !session.ended)
    if (!named) return (alive[0] ?? jar[0])?.token ?? { status: 204 }
    const one = jar.find(({ session }) => session.sid === named)
    if (!one) return problem(401, 'refresh_token_missing', 'terminal')
    const later = path === 'refresh' && alive[0] && jar.indexOf(alive[0]) < jar.indexOf(one)
    return later ? problem(409, 'session_changed', 'terminal') : one.token
  }

  function start(username: string, transport: string) {
    const sid = `s${++count}`
    const session: StoredSession = {
      sid,
      sub: username,
      transport,
      confirmed: '',
      next: new Set(),
      superseded: [],
      generation: -1,
      ended: undefined,
    }
    sessions.set(sid, session)
    const minted = mint(session)
    session.confirmed = minted.refreshToken
    session.next.clear()
    session.generation = 0
    return { session, ...minted }
  }

  const adopted = new Map<string, { session: StoredSession; refreshToken: string }>()

  /** One session for one old token; its first refresh token again as long as nothing has been confirmed. */
  function adopt({ legacy_token, transport = 'cookie' }: Record<string, unknown>): Scripted {
    const token = String(legacy_token)
    const subject = self.oldTokens.get(token)
    if (subject === undefined) return problem(401, 'refresh_token_invalid', 'terminal')
    if (subject === 'elsewhere') return problem(409, 'legacy_not_adopted', 'fix')
    const known = adopted.get(token)
    if (known?.session.ended) return problem(401, known.session.ended, 'terminal')
    const started = known ?? start(subject, String(transport))
    adopted.set(token, started)
    const { body } = mint(started.session)
    const headers = transport === 'cookie' ? cookies(started.session, started.refreshToken, []) : {}
    const carried = transport === 'body' ? { refresh_token: started.refreshToken } : {}
    return { status: 200, headers, body: { ...body, ...carried } }
  }

  function answer(path: string, request: IncomingMessage, body: Record<string, unknown>): Scripted {
    const jar = readJar(request.headers.cookie ?? '')
    if (path === 'login') {
      if (body.password !== 'right') return problem(401, 'invalid_credentials', 'fix')
      const { session, refreshToken, body: answer } = start(String(body.username), String(body.transport ?? 'cookie'))
      const headers = session.transport === 'cookie' ? cookies(session, refreshToken, jar) : {}
      return { status: 200, headers, body: answer }
    }
    if (path === 'refresh' && typeof body.legacy_token === 'string' && jar.length === 0) return adopt(body)
    const named = request.headers['sessionward-session'] as string | undefined
    const token = typeof body.refresh_token === 'string' ? body.refresh_token : choose(path, named, jar)
    if (typeof token !== 'string') return path === 'logout' ? { status: 204 } : token
    const session = sessions.get(token.split('-')[0] ?? '')
    const cleared = session?.transport === 'cookie' ? { 'Set-Cookie': clear(session) } : {}
    if (path === 'logout') {
      for (const one of sessions.values()) {
        if (session && (one === session || (body.everywhere && one.sub === session.sub))) one.ended ??= 'signed_out'
      }
      return { status: 204, headers: cleared }
    }
    if (!session) return problem(401, 'refresh_token_invalid', 'terminal')
    if (session.ended) return problem(401, session.ended, 'terminal', cleared)
    if (session.next.has(token)) {
      session.superseded.push({ token: session.confirmed, at: Date.now() })
      for (const sibling of session.next)
        if (sibling !== token) session.superseded.push({ token: sibling, at: Date.now() })
      session.next.clear()
      session.confirmed = token
      session.generation++
    } else if (session.confirmed !== token) {
      const earlier = session.superseded.find((one) => one.token === token)
      if (earlier && Date.now() - earlier.at < racedWindow) return problem(409, 'refresh_raced', 'retry')
      session.ended = 'refresh_token_reused'
      return problem(401, 'refresh_token_reused', 'terminal')
    }
    const minted = mint(session)
    const headers = session.transport === 'cookie' ? cookies(session, minted.refreshToken, jar) : {}
    return { status: 200, headers, body: minted.body }
  }

  const sendEvent = (response: ServerResponse, event: object) => response.write(`data: ${JSON.stringify(event)}\n\n`)

  function openStream(request: IncomingMessage, response: ServerResponse) {
    const token = request.headers.authorization?.slice('Bearer '.length) ?? ''
    if (!good.has(token)) return send(response, problem(401, 'access_token_expired', 'refresh'))
    const { sid } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { sid: string }
    const stream = { sid, response }
    self.streams.add(stream)
    response.on('close', () => self.streams.delete(stream))
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    sendEvent(response, { type: 'alive', heartbeat: self.heartbeat })
  }

  async function handleAuth(request: IncomingMessage, response: ServerResponse) {
    const path = (request.url ?? '').replace('/auth/', '')
    const text = await read(request)
    const scripted = await self.script?.(path)
    if (path === 'session/events' && !scripted) {
      self.calls.push({ path, sid: undefined, status: 200 })
      return openStream(request, response)
    }
    const work = () => answer(path, request, text ? JSON.parse(text) : {})
    if (scripted?.lose) work()
    const final: Scripted = scripted?.lose ? { cut: true } : (scripted ?? work())
    self.calls.push({
      path,
      sid: request.headers['sessionward-session'] as string | undefined,
      status: final.status ?? 0,
    })
    send(response, final, self.envelope)
  }

  async function handleApi(request: IncomingMessage, response: ServerResponse) {
    const body = await read(request)
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
    const subject = token === undefined ? undefined : good.get(token)
    const refused = token !== undefined && !subject
    const path = request.url ?? ''
    const scripted = await self.apiScript?.(path, token)
    const final =
      scripted ??
      (refused
        ? problem(401, 'access_token_expired', 'refresh', challenge)
        : { status: 200, body: { subject: subject ?? null, body } })
    self.apiCalls.push({ path, subject, status: final.status ?? 0, body })
    send(response, final, self.envelope)
  }

  const auth = await listen(handleAuth)
  const api = await listen(handleApi)
  const self: ScriptedAuthServer = {
    origin: auth.origin,
    api: api.origin,
    calls: [],
    apiCalls: [],
    sessions,
    scopes: new Map(),
    lifetime: 300,
    script: undefined,
    apiScript: undefined,
    oldTokens: new Map(),
    envelope: undefined,
    expireAccessTokens: () => good.clear(),
    streams: new Set(),
    heartbeat: 20,
    tell(sid, reason, more) {
      self.end(sid, reason)
      for (const stream of self.streams) {
        if (stream.sid !== sid) continue
        sendEvent(stream.response, { type: 'ended', sid, reason, ...more })
        stream.response.end()
      }
    },
    refreshes: () => self.calls.filter(({ path }) => path === 'refresh').length,
    startSession(username, header = '') {
      const { session, refreshToken } = start(username, 'cookie')
      return cookies(session, refreshToken, readJar(header))['Set-Cookie']
    },
    end(sid, reason) {
      const session = sessions.get(sid)
      if (!session) throw new Error(`There is no session ${sid}.`)
      session.ended = reason
    },
    async close() {
      for (const server of [auth.server, api.server]) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
  return self
}

async function read(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

function send(
  response: ServerResponse,
  { status = 200, headers = {}, body, cut, hang }: Scripted,
  envelope?: Envelope,
) {
  if (hang) return
  if (cut) return void response.destroy()
  const answer = {
    status,
    headers: { 'Content-Type': 'application/json', ...(headers as Record<string, string>) },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  }
  const sent = envelope?.wrap(answer) ?? answer
  response.writeHead(sent.status, sent.headers)
  response.end(sent.body)
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>) {
  const server: Server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
