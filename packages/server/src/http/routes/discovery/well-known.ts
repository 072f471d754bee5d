import type { Config } from '../../../config.js'
import { jwksMaxAge } from '../../../keys/jwks.js'
import type { Answer } from '../../answer.js'
import type { Route } from '../../route.js'

export interface JwksParts {
  readonly config: Pick<Config, 'issuer'>
  readonly jwks: () => Promise<{ readonly keys: readonly object[] }>
}

export interface MetadataParts {
  readonly config: Pick<Config, 'issuer' | 'iss'>
}

/** GET /.well-known/jwks.json: the public keys of access tokens (RFC 7517 section 5). */
export function jwks({ config, jwks }: JwksParts): readonly Route[] {
  /** A key set is the same object until the keys are read again. */
  const answers = new WeakMap<object, Answer>()
  async function handle(): Promise<Answer> {
    const keySet = await jwks()
    const answer = answers.get(keySet) ?? publicJson(keySet, 'application/jwk-set+json')
    answers.set(keySet, answer)
    return answer
  }
  const paths = new Set(['/.well-known/jwks.json', `${issuerPath(config.issuer)}/.well-known/jwks.json`])
  return [...paths].map((path) => ({ method: 'GET', path, handle }))
}

/** GET /.well-known/oauth-authorization-server, followed by the issuer's path (RFC 8414 section 3). */
export function metadata({ config }: MetadataParts, routes: readonly Route[]): Route {
  const { origin } = config.issuer
  const endpoints = routes.flatMap(({ name, path }) => (name ? [[`sessionward_${name}_endpoint`, origin + path]] : []))
  const body = {
    issuer: config.iss,
    jwks_uri: `${origin}${issuerPath(config.issuer)}/.well-known/jwks.json`,
    // Required by RFC 8414 section 2. Empty, because there is no authorization endpoint.
    response_types_supported: [],
    ...Object.fromEntries(endpoints),
  }
  return {
    method: 'GET',
    path: `/.well-known/oauth-authorization-server${issuerPath(config.issuer)}`,
    handle: () => publicJson(body, 'application/json'),
  }
}

function issuerPath(issuer: URL): string {
  return issuer.pathname === '/' ? '' : issuer.pathname
}

/** A public document that is the same for every client. */
function publicJson(body: unknown, contentType: string): Answer {
  const headers = { 'Content-Type': contentType, 'Cache-Control': `public, max-age=${jwksMaxAge}` }
  return { status: 200, headers, setCookies: [], body: JSON.stringify(body) }
}
