import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { AnswerError, type AuthServer } from '@sessionward/server'
import { setupPage } from './pages.js'

/** The page behind a link that works once. */
export interface FirstAdministrator {
  readonly path: string
  /** The code is in the fragment, which browsers do not send and logs do not contain. */
  readonly link: string
  fetch(request: Request): Promise<Response>
}

/**
 * The way to the first administrator: a link with a code that this process made and keeps only a digest of.
 *
 * @returns nothing where there is an administrator already.
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
    if (!/^application\/json/i.test(request.headers.get('Content-Type') ?? '')) return answer(400, 'Send JSON.')
    const body = (await request.json().catch(() => null)) as Record<string, unknown> | null
    const { code: given, username, password } = body ?? {}
    if (typeof given !== 'string' || typeof username !== 'string' || typeof password !== 'string') {
      return answer(400, 'Send a code, a user name and a password.')
    }
    if (!expected || !timingSafeEqual(digest(given), expected)) {
      return answer(
        403,
        'This link has been used, or the server has restarted since. The server prints a new link when it starts.',
      )
    }
    // Taken before the account is made, so that two requests cannot both use it; given back if that fails.
    const taken = expected
    expected = undefined
    try {
      await accounts!.create({ username, password, scope: 'admin' })
      return answer(201, 'The administrator is created. This link does not work again.')
    } catch (error) {
      expected = taken
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

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function answer(status: number, message: string): Response {
  return Response.json({ message }, { status, headers: { 'Cache-Control': 'no-store' } })
}
