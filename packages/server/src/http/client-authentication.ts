import { createHash, timingSafeEqual } from 'node:crypto'
import { AnswerError } from '../answer-error.js'

/**
 * Authenticates a client by HTTP Basic (RFC 6749 section 2.3.1).
 *
 * @returns the client id; undefined if the request has no Basic credentials.
 * @throws AnswerError `invalid_client` if they are wrong.
 */
export function authenticateClient(
  headers: Pick<Headers, 'get'>,
  clients: ReadonlyMap<string, string>,
): string | undefined {
  const authorization = headers.get('Authorization') ?? ''
  if (!/^Basic( |$)/i.test(authorization)) return undefined
  const encoded = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization)?.[1] ?? ''
  const [id = '', secret = ''] = splitOnce(Buffer.from(encoded, 'base64').toString('utf8')).map(formDecode)
  const expected = clients.get(id)
  // The same comparison for an unknown client, so that the time does not reveal whether it exists.
  const matches = timingSafeEqual(digest(secret), digest(expected ?? ''))
  if (expected === undefined || !matches) throw invalidClient()
  return id
}

/**
 * A client that has a secret must present it with its refresh token (RFC 6749 section 6).
 *
 * @throws AnswerError `invalid_client`
 */
export function requireNoSecret(clientId: string, clients: ReadonlyMap<string, string>): void {
  if (clients.has(clientId)) throw invalidClient()
}

/** RFC 6749 section 5.2. */
function invalidClient(): AnswerError {
  return new AnswerError('invalid_client', undefined, { challenge: 'Basic realm="sessionward"' })
}

function splitOnce(text: string): string[] {
  const colon = text.indexOf(':')
  return colon < 0 ? [text] : [text.slice(0, colon), text.slice(colon + 1)]
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return ''
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
