import { type ErrorCode, type OwnSession, ownSessionsFromWire } from '@sessionward/protocol'
import { attachable } from '../attach/attachable.js'
import { problemIn } from '../backend/problem.js'
import type { Client } from '../client.js'

export type { OwnSession } from '@sessionward/protocol'

/** The part of a client that these calls need. */
export type SessionsClient = Pick<Client, 'fetch' | 'session' | 'signOut' | typeof attachable>

interface Refusal {
  readonly code: SessionsError['code']
  readonly status: number
  readonly detail?: string | undefined
}

/**
 * The auth server refused the call: `not_found` if the account has no such session, `access_token_missing` if nobody is signed
 * in. `unexpected_answer`: what answered was not the auth server.
 */
export class SessionsError extends Error {
  override readonly name = 'SessionsError'
  /** The code that the auth server answered (docs/errors.md), or `unexpected_answer`. */
  declare readonly code: ErrorCode | 'unexpected_answer'
  /** HTTP status. */
  declare readonly status: number
  /** What was wrong and what was expected, as the server said it. */
  declare readonly detail: string | undefined

  constructor({ code, status, detail }: Refusal) {
    super(`The sessions of this account cannot be read or ended: ${detail ?? code}`)
    Object.assign(this, { code, status, detail })
  }
}

/**
 * Where the person is signed in, the newest session first.
 *
 * @throws SessionsError, and what `client.fetch` throws; TypeError where the client has a backend of another kind.
 */
export async function listSessions(client: SessionsClient): Promise<readonly OwnSession[]> {
  const response = await send(client, 'GET')
  return read(response, ownSessionsFromWire)
}

/**
 * Ends one session of the person, with the reason `session_revoked` on its device. With the id of the client's own session it is
 * `client.signOut()`.
 *
 * @throws as `listSessions`; SignOutError.
 */
export async function endSession(client: SessionsClient, id: string): Promise<void> {
  if (id === client.session?.id) await client.signOut()
  else await send(client, 'DELETE', `/${encodeURIComponent(id)}`)
}

/** Ends every session of the person but this one. @returns how many have ended. @throws as `listSessions`. */
export async function endOtherSessions(client: SessionsClient): Promise<number> {
  const response = await send(client, 'DELETE', '?others')
  return read(response, (json) => {
    const { ended } = (json ?? {}) as { readonly ended?: unknown }
    return typeof ended === 'number' ? ended : undefined
  })
}

async function send(client: SessionsClient, method: 'GET' | 'DELETE', rest = ''): Promise<Response> {
  const response = await client.fetch(sessionsUrl(client) + rest, { method, cache: 'no-store' })
  const { status } = response
  const json =
    response.status === 204
      ? undefined
      : await response
          .clone()
          .json()
          .catch(() => {})
  // In HTTP 200, the problem of an envelope knows the status.
  const { code, detail, status: refused = status } = problemIn(json)
  if (code) throw new SessionsError({ code, status: refused, detail })
  if (!response.ok) throw new SessionsError({ code: 'unexpected_answer', status })
  return response
}

/** @param find Finds the value in an answer; an envelope has it in a member, of whatever name. */
async function read<T>(response: Response, find: (json: unknown) => T | undefined): Promise<T> {
  const json = (await response.json().catch(() => {})) as object | undefined
  const found = [json, ...Object.values(json ?? {})].map(find).find((one) => one !== undefined)
  if (found === undefined) throw new SessionsError({ code: 'unexpected_answer', status: response.status })
  return found
}

function sessionsUrl({ [attachable]: { config } }: SessionsClient): string {
  const { address, name } = config.backend
  if (!address) throw new TypeError(`${name} has no list of sessions: only a Sessionward auth server has one`)
  return `${address}/sessions`
}
