import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { AnswerError, type AuthServer } from '@sessionward/server'
import { setupPage } from './pages.js'

/** The setup page behind a one-time link. */
export interface FirstAdministrator {
  readonly path: string
  /** The code is in the fragment, which browsers do not send, so that it is not logged. */
  readonly link: string
  fetch(request: Request): Promise<Response>
}

const maxBodyBytes = 16 * 1024

/**
 * Creates a link for the setup of the first administrator. This process keeps only a digest of its code.
 *
 * @returns undefined if there is already an administrator.
 */
export async function firstAdministrator(
  auth: Pick<AuthServer, 'accounts'>,
  url: string,
): Promise<FirstAdministrator | undefined> {
  const { accounts } = auth
  if (!accounts || (await accounts.anyAdministrator())) return undefined
  const code = randomBytes(24).toString('base64url')
  let expected: Buffer | undefined = digest(code)

  async function create(request: Request): Promise<Response> {
    if (!/^application\/json/i.test(request.headers.get('Content-Type') ?? ''))
      return answer(400, 'The request must have the content type application/json.')
    const text = await readBody(request, maxBodyBytes).catch(() => '')
    if (text === undefined) return answer(413, `The request must not be larger than ${maxBodyBytes} bytes.`)
    const body = parseJson(text) as Record<string, unknown> | null
    const { code: given, username, password } = body ?? {}
    if (typeof given !== 'string' || typeof username !== 'string' || typeof password !== 'string') {
      return answer(400, 'The request must contain code, username and password as strings.')
    }
    if (!expected || !timingSafeEqual(digest(given), expected)) {
      return answer(
        403,
        'This link has already been used, or the server has restarted since. As long as there is no administrator, the server prints a new link when it starts.',
      )
    }
    // Cleared before the account is created, so that two requests cannot both use the code; restored if that fails.
    const used = expected
    expected = undefined
    try {
      await accounts!.create({ username, password, scope: 'admin' })
      return answer(201, 'The administrator was created. This link no longer works.')
    } catch (error) {
      expected = used
      if (error instanceof AnswerError) return answer(400, error.detail ?? error.message)
      throw error
    }
  }

  return {
    path: '/setup',
    link: `${url}/setup#${code}`,
    async fetch(request) {
      if (request.method === 'GET') return setupPage()
      if (request.method === 'POST') return create(request)
      return answer(405, 'Open this page in a browser.')
    },
  }
}

/** The body, or undefined if it is larger. `Content-Length` is not trusted, because anybody can reach the port. */
async function readBody(request: Request, maxBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength
    if (length > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** @returns null if the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function answer(status: number, message: string): Response {
  return Response.json({ message }, { status, headers: { 'Cache-Control': 'no-store' } })
}
