import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface RecordedCall {
  /** `POST /orders?x=1` */
  readonly line: string
  /** In the order and spelling of the wire. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
}

export interface ApiAnswer {
  readonly status?: number
  readonly headers?: Record<string, string | string[]>
  readonly body?: unknown
  /** Milliseconds. */
  readonly delay?: number
}

export interface RecordingApi {
  readonly origin: string
  readonly calls: RecordedCall[]
  /** Answers `{"call": n}`, unless this answers. `n` counts from 1. */
  answer: (call: RecordedCall, n: number) => ApiAnswer | undefined
}

/** A business server that writes down what arrives, byte for byte. Closed with the test. */
export async function startRecordingApi(): Promise<RecordingApi> {
  const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const api: RecordingApi = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    answer: () => undefined,
  }

  async function handle(request: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method, url, rawHeaders } = request
    const headers = rawHeaders.flatMap((name, i) => (i % 2 ? [] : [[name, rawHeaders[i + 1]!] as const]))
    const call = { line: `${method} ${url}`, headers, body: Buffer.concat(chunks) }
    const n = api.calls.push(call)
    const { status = 200, headers: more, body = { call: n }, delay = 0 } = api.answer(call, n) ?? {}
    await new Promise((resolve) => setTimeout(resolve, delay))
    response.writeHead(status, { 'Content-Type': 'application/json', ...more })
    response.end(typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body))
  }
  return api
}

export function headerOf({ headers }: RecordedCall, name: string): string | undefined {
  return headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
}

/** What must be equal with and without a session: all but the tokens. The text between the parts of a form is random. */
export function comparable({ line, headers, body }: RecordedCall, tokenHeader = 'authorization') {
  const [, boundary] = /^--(\S+)\r\n/.exec(body.subarray(0, 200).toString('latin1')) ?? []
  const neutral = (text: string) => (boundary ? text.replaceAll(boundary, 'BOUNDARY') : text)
  const tokens = ['cookie', tokenHeader.toLowerCase()]
  const rest = headers.filter(([name]) => !tokens.includes(name.toLowerCase()))
  return {
    line,
    headers: rest.map(([name, value]) => [name, neutral(value)]),
    body: neutral(body.toString('latin1')),
  }
}
