import type { Config } from '../config.js'
import type { Directory } from '../directory/directory.js'
import type { Route } from './route.js'
import { type CaptchaParts, captcha } from './routes/account/captcha.js'
import { type MeParts, me } from './routes/account/me.js'
import { type PasswordParts, password } from './routes/account/password.js'
import { type RegisterParts, register } from './routes/account/register.js'
import { healthz, type ReadyzParts, readyz } from './routes/discovery/health.js'
import { type JwksParts, jwks, type MetadataParts, metadata } from './routes/discovery/well-known.js'
import { type ContinueParts, continueVisit } from './routes/session/continue.js'
import { type EndOtherSessionsParts, endOtherSessions } from './routes/session/end-other-sessions.js'
import { type EndSessionParts, endSession } from './routes/session/end-session.js'
import { type SessionEventsParts, sessionEvents } from './routes/session/events.js'
import { type ListSessionsParts, listSessions } from './routes/session/list-sessions.js'
import { type LoginParts, login } from './routes/session/login.js'
import { type LogoutParts, logout } from './routes/session/logout.js'
import { type RefreshParts, refresh } from './routes/session/refresh.js'
import { type RevocationsParts, revocations } from './routes/session/revocations.js'

/** The dependencies of all endpoints. */
export type EndpointParts = MeParts &
  CaptchaParts &
  PasswordParts &
  RegisterParts &
  ReadyzParts &
  JwksParts &
  MetadataParts &
  LoginParts &
  LogoutParts &
  RefreshParts &
  ContinueParts &
  RevocationsParts &
  SessionEventsParts &
  ListSessionsParts &
  EndSessionParts &
  EndOtherSessionsParts & {
    readonly config: Pick<Config, 'captcha' | 'pageVisits' | 'registration' | 'secrets'>
    readonly directory: Directory
  }

/** The endpoints that the configuration enables. */
export function routesOf(parts: EndpointParts): readonly Route[] {
  const open = parts.config.registration === 'open' && parts.directory.register
  const endpoints = [
    login(parts),
    refresh(parts),
    logout(parts),
    me(parts),
    sessionEvents(parts),
    listSessions(parts),
    endSession(parts),
    endOtherSessions(parts),
    ...(parts.config.captcha ? [captcha(parts)] : []),
    ...(parts.config.pageVisits ? [continueVisit(parts, parts.config.pageVisits)] : []),
    ...(open ? [register(parts)] : []),
    ...(parts.directory.changePassword ? [password(parts)] : []),
    ...(parts.config.secrets.guards?.length ? [revocations(parts)] : []),
  ]
  return [...endpoints, healthz(), readyz(parts), ...jwks(parts), metadata(parts, endpoints)]
}

/** Details for requests to endpoints that the configuration disables. */
export function unavailablePaths({ config }: Pick<EndpointParts, 'config'>): ReadonlyMap<string, string> {
  const { basePath, registration } = config
  return new Map([
    [
      `${basePath}/register`,
      registration === 'closed'
        ? 'registration is closed on this server'
        : 'the directory of this server does not create accounts',
    ],
    [`${basePath}/captcha`, 'this server asks for no captcha: the option captcha is not set'],
    [`${basePath}/continue`, 'this server continues no page visits: set accessCookie and signInUrl'],
    [`${basePath}/password`, 'the directory of this server does not change passwords'],
    [`${basePath}/revocations`, 'this server has no revocation feed: secrets.guards is empty'],
  ])
}
