import type { AnswerView } from '../backend/backend.js'
import { responseView } from '../backend/response-view.js'
import type { AxiosAnswer } from './axios-library.js'

const largest = 65_536

/** What is judged of the answer of an adapter: before axios transforms it, so a JSON body may be text or bytes. */
export function axiosView(answer: AxiosAnswer, asked: URL): AnswerView {
  const { status, request } = answer
  const header = (name: string) => headerOf(answer, name)
  const final = request?.responseURL ?? request?.res?.responseUrl ?? ''
  // The fetch adapter does not tell the address, and some mocks tell what was asked.
  const url = /^https?:/.test(final) ? final : ''
  return {
    status,
    url,
    redirected: url !== '' && pageOf(new URL(url)) !== pageOf(asked),
    header,
    json: () => jsonOf(answer, header('Content-Type')).catch(() => undefined),
  }
}

function headerOf({ headers, header }: AxiosAnswer, name: string): string | null {
  const found = Object.entries(headers ?? header ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase())
  return found?.[1] == null ? null : String(found[1])
}

/** `params` are not part of `asked`, so a redirect within one path is not seen. */
function pageOf({ origin, pathname }: URL): string {
  return origin + pathname
}

async function jsonOf(answer: AxiosAnswer, contentType: string | null): Promise<unknown> {
  const { data } = answer
  if (typeof data === 'string') return data.length > largest ? undefined : JSON.parse(data)
  if (!isBinary(data)) return data
  const type = contentType ?? (data as Partial<Blob>).type ?? ''
  if (!/\bjson\b/i.test(type)) return undefined
  const { size, byteLength = size ?? 0 } = data as Partial<Blob & ArrayBuffer>
  if (byteLength > largest) return undefined
  let body = data
  // A stream can be read once: one half is for the caller.
  if (data instanceof ReadableStream) [answer.data, body] = data.tee()
  return await responseView(new Response(body as BodyInit, { headers: { 'Content-Type': type } })).json()
}

function isBinary(data: unknown): boolean {
  return data instanceof Blob || data instanceof ArrayBuffer || ArrayBuffer.isView(data) || isStream(data)
}

export function isStream(data: unknown): boolean {
  const { pipe, getReader } = (data ?? {}) as { readonly pipe?: unknown; readonly getReader?: unknown }
  return typeof (pipe ?? getReader) === 'function'
}
