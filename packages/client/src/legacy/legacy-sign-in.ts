import { authServer } from '../backend/auth-server.js'
import type { Backend, BackendAnswer } from '../backend/backend.js'
import type { ClientConfig } from '../config.js'
import type { Environment } from '../environment.js'
import type { Session } from '../session.js'

/** A legacy token, and the auth server's answer to it. */
export interface LegacyInput {
  readonly legacy_token: string
  answer?: BackendAnswer
}

/** Another tab has adopted the token, or the person has signed in: the token is not sent. */
export class AlreadySignedIn extends Error {}

const legacyInputs = new WeakSet<object>()
const extendedBackends = new WeakSet<Backend>()

/**
 * Prepares a legacy token to be sent as a sign-in: under the lock that the tabs share, and storing the tokens like a sign-in.
 *
 * @throws TypeError if the backend is not a Sessionward auth server
 */
export function legacyInput({ backend, environment }: ClientConfig, session: Session, token: string): LegacyInput {
  if (!backend.address)
    throw new TypeError('adoptLegacy: the client has a backend of its own, which takes over no tokens')
  if (!extendedBackends.has(backend)) {
    extendedBackends.add(backend)
    addLegacySignIn(backend, environment, session)
  }
  const input: LegacyInput = { legacy_token: token }
  legacyInputs.add(input)
  return input
}

function addLegacySignIn(backend: Backend, environment: Environment, session: Session): void {
  const { signIn, address, transport } = backend
  const legacy = authServer(address!, { basePath: '', transport }, sendToRefreshEndpoint(environment))
  backend.signIn = async (input, signal) => {
    if (!legacyInputs.has(input)) return signIn(input, signal)
    if (session.usable()) throw new AlreadySignedIn()
    const legacyInput = input as LegacyInput
    legacyInput.answer = await legacy.signIn({ legacy_token: legacyInput.legacy_token }, signal)
    return legacyInput.answer
  }
}

/** Sends sign-ins to the refresh endpoint. Reads the body, because a stream would need HTTP/2. */
function sendToRefreshEndpoint(environment: Environment): Environment {
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
