import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Scripted } from './auth-server.js'

/**
 * A backend as many teams have it: HTTP 200 with a code in the body, the tokens in headers of their own, one sign-in per
 * account. It rotates strictly: each refresh token once, and a second use ends the session.
 */
export interface StrictBackend {
  readonly origin: string
  /** The calls, in order. */
  readonly calls: { path: string; code: number; headers: IncomingMessage['headers']; body: string }[]
  /** Seconds, as the answers say; undefined: they do not. */
  expiresIn: unknown
  /** Answers instead of the backend; nothing: the backend does. */
  script: ((path: string) => Scripted | undefined | Promise<Scripted | undefined>) | undefined
  expireAccessTokens(): void
  /** Every refresh token is unknown from now on. */
  restart(): void
  count(path: string): number
  /** Whether a refresh token was used twice. */
  readonly reused: boolean
  close(): Promise<void>
}

export const codes = { ok: 10200, expired: 10415, invalid: 10422, replaced: 10409 }

const allowAll = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': '*',
  'Access-Control-Allow-Methods': '*',
}

interface Row {
  readonly name: string
  ended: number | undefined
  refreshToken: string
}

export async function startStrictBackend(): Promise<StrictBackend> {
  const rows = new Map<string, Row>()
  const access = new Map<string, { row: Row; expired: boolean }>()
  let count = 0
  let reused = false

  const issue = (row: Row) => {
    const accessToken = `access-${++count}`
    row.refreshToken = `refresh-${++count}`
    access.set(accessToken, { row, expired: false })
    rows.set(row.refreshToken, row)
    return { accessToken, refreshToken: row.refreshToken, expiresIn: self.expiresIn }
  }
  const signIn = (input: { username: string; password: string }) => {
    if (input.password !== 'right') return { code: 10401, message: 'Wrong name or password.' }
    for (const row of rows.values()) if (row.name === input.username) row.ended ??= codes.replaced
    const row: Row = { name: input.username, ended: undefined, refreshToken: '' }
    const user = { id: input.username === 'ann' ? 1 : 2, username: input.username }
    return { code: codes.ok, message: 'ok', data: { ...issue(row), user } }
  }
  const refresh = (token: string) => {
    const row = rows.get(token)
    if (row && row.refreshToken !== token) {
      reused = true
      row.ended ??= codes.invalid
    }
    if (!row || row.ended) return { code: row?.ended ?? codes.invalid, message: 'over' }
    return { code: codes.ok, data: issue(row) }
  }
  const use = (token: string | undefined, body: string) => {
    const held = access.get(token ?? '')
    if (!held) return { code: codes.invalid }
    if (held.row.ended) return { code: held.row.ended }
    if (held.expired) return { code: codes.expired, message: 'token expired' }
    return { code: codes.ok, data: { name: held.row.name, body } }
  }
  const answer = (path: string, { headers }: IncomingMessage, body: string): { code: number } => {
    if (path === '/login') return signIn(JSON.parse(body))
    if (path === '/refresh') return refresh(String(headers.refreshtoken))
    if (path !== '/logout') return use(headers.accesstoken as string | undefined, body)
    const held = access.get(String(headers.accesstoken))
    if (held) held.row.ended = codes.invalid
    return { code: codes.ok }
  }
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? ''
    // Pages of other origins may read every answer but those under this path.
    const cors = request.method === 'OPTIONS' || !path.startsWith('/without-cors') ? allowAll : {}
    if (request.method === 'OPTIONS') return void response.writeHead(204, cors).end()
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const call = { path, code: 0, headers: request.headers, body }
    self.calls.push(call)
    const scripted = await self.script?.(path)
    if (scripted?.hang) return
    if (scripted?.cut) return void response.destroy()
    const json = scripted ? scripted.body : answer(path, request, body)
    call.code = (json as { code?: number } | null)?.code ?? 0
    response.writeHead(scripted?.status ?? 200, { 'Content-Type': 'application/json', ...cors, ...scripted?.headers })
    response.end(typeof json === 'string' ? json : JSON.stringify(json))
  }

  const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const self: StrictBackend = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    expiresIn: 300,
    script: undefined,
    expireAccessTokens() {
      for (const one of access.values()) one.expired = true
    },
    restart: () => rows.clear(),
    count: (path) => self.calls.filter((call) => call.path === path).length,
    get reused() {
      return reused
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return self
}
