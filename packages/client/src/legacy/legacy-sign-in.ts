import { authServer } from '../backend/auth-server.js'
import type { Backend, BackendAnswer } from '../backend/backend.js'
import type { ClientConfig } from '../config.js'
import type { Environment } from '../environment.js'
import type { Session } from '../session.js'

/** An old token on its way, and what the auth server said of it. */
export interface LegacyInput {
  readonly legacy_token: string
  answer?: BackendAnswer
}

/** Another tab was first, or somebody has signed in meanwhile: the token is not sent. */
export class SignedInMeanwhile extends Error {}

const ours = new WeakSet<object>()
const taught = new WeakSet<Backend>()

/**
 * Sends an old token as a sign-in is sent: under the lock that the tabs share, and with its tokens kept where those of a
 * sign-in are kept.
 *
 * @throws TypeError where the backend is no auth server of ours.
 */
export function legacyInput({ backend, environment }: ClientConfig, session: Session, token: string): LegacyInput {
  if (!backend.events)
    throw new TypeError('adoptLegacy: the client has a backend of its own, which takes over no tokens')
  if (!taught.has(backend)) {
    taught.add(backend)
    teach(backend, environment, session)
  }
  const input: LegacyInput = { legacy_token: token }
  ours.add(input)
  return input
}

function teach(backend: Backend, environment: Environment, session: Session): void {
  const { signIn, name, transport, events } = backend
  const origin = events!.replace(/\/session\/events$/, '')
  const legacy = authServer({ name, origin, basePath: '', transport, environment: refreshInstead(environment) })
  backend.signIn = async (input, signal) => {
    if (!ours.has(input)) return signIn(input, signal)
    if (session.usable()) throw new SignedInMeanwhile()
    const legacyInput = input as LegacyInput
    legacyInput.answer = await legacy.signIn({ legacy_token: legacyInput.legacy_token }, signal)
    return legacyInput.answer
  }
}

/** What would be a sign-in goes to the endpoint of refreshes. A stream would need HTTP/2, so the body is read. */
function refreshInstead(environment: Environment): Environment {
  return {
    ...environment,
    async fetch(request) {
      const { url, method, headers, credentials, redirect, signal } = request
      const body = await request.text()
      const refresh = url.replace(/\/login$/, '/refresh')
      return environment.fetch(new Request(refresh, { method, headers, body, credentials, redirect, signal }))
    },
  }
}
