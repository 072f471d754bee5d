import type { Guard } from '@sessionward/guard'
import { type Logger, type OwnSession, ownSessionToWire } from '@sessionward/protocol'
import type { Config } from '../../../config.js'
import { addressPrefix } from '../../../protection/address-prefix.js'
import { type SessionSummary, summaryOf } from '../../../session/summary.js'
import type { SessionStore } from '../../../store/store.js'
import { jsonAnswer } from '../../answer.js'
import { createPlaceReader, type PlaceReader } from '../../place-reader.js'
import type { Route, RouteContext } from '../../route.js'

export interface ListSessionsParts {
  readonly config: Pick<Config, 'basePath' | 'place'>
  readonly guard: Pick<Guard, 'check'>
  readonly sessionStore: Pick<SessionStore, 'listBySubject'>
  readonly logger: Pick<Logger, 'warn'>
}

/** GET {basePath}/sessions: the active sessions of the subject of the access token, newest first. */
export function listSessions({ config, guard, sessionStore, logger }: ListSessionsParts): Route {
  const placeOf = createPlaceReader(config.place, logger)
  return {
    method: 'GET',
    path: `${config.basePath}/sessions`,
    name: 'sessions',
    async handle({ request }: RouteContext) {
      const { subject, tenant = '', sessionId } = await guard.check(request)
      const active = (await sessionStore.listBySubject({ tenant, subject })).map(summaryOf)
      const sessions = await Promise.all(active.map((one) => ownSession(one, sessionId, placeOf)))
      return jsonAnswer({ sessions: sessions.map(ownSessionToWire) })
    },
  }
}

/** Omits the device id, because a sign-in with that id would replace the session of the device. */
async function ownSession(
  summary: SessionSummary,
  current: string | undefined,
  placeOf: PlaceReader,
): Promise<OwnSession> {
  const { id, clientId, createdAt, lastSeenAt, absoluteDeadline, device, userAgent, address } = summary
  const place = address === null ? undefined : await placeOf(address)
  return {
    id,
    current: id === current,
    clientId,
    createdAt: seconds(createdAt),
    lastSeenAt: lastSeenAt === null ? null : seconds(lastSeenAt),
    expiresAt: seconds(absoluteDeadline),
    device: device && { name: device.name, class: device.class },
    userAgent,
    address: address === null ? null : addressPrefix(address),
    ...(place === undefined ? {} : { place }),
  }
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}
