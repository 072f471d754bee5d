import { checkIdentify } from '../calls/check-identity.js'
import type { Config } from '../config.js'
import type { Events } from '../events.js'
import { type Adopt, createAdoption } from '../legacy/adoption.js'
import { blockOnEndAll, createAdoptionRecords } from '../legacy/adoption-records.js'
import type { ProfileReader } from '../profiles/reader.js'
import { createSessionEndings } from '../revocation/session-endings.js'
import { createSessionService, type SessionService } from '../session-service.js'
import type { Store } from '../store/store.js'
import { createTokenMint } from '../tokens/mint.js'
import { createTokenReader } from '../tokens/token-reader.js'
import { createVerifier } from '../tokens/verify-access-token.js'
import type { Keys } from './keys.js'
import type { Revocation } from './revocation.js'

interface Parts {
  readonly config: Config
  readonly store: Store
  readonly events: Events
  readonly keys: Keys
  readonly profileReader: ProfileReader
  readonly revocation: Revocation
}

/** The session service, and the adoption of legacy tokens if the option `adoptLegacy` is set. */
export function createSessions({ config, store, events, keys, profileReader, revocation }: Parts): {
  readonly sessions: SessionService
  readonly adopt: Adopt | undefined
} {
  const { legacy, iss: issuer } = config
  const { ring, macKeys } = keys
  const { outbox, retention } = revocation
  const verify = createVerifier({ ...config, issuer, jwks: ring.jwks })
  const endings = createSessionEndings({ store, events, retention, ...outbox })
  const adoptionRecords = legacy && createAdoptionRecords(store.counters, legacy)
  const { kind, lifetimes, policy, confirmation, recovery, clientId } = config
  const sessions = createSessionService({
    store,
    profileReader,
    events,
    retention,
    kind,
    lifetimes,
    policy,
    confirmation,
    recovery,
    clientId,
    readToken: createTokenReader({ store, macKeys, verify, currentKey: ring.current }),
    tokens: createTokenMint({ ...config, issuer, macKeys, currentKey: ring.current }),
    endings: adoptionRecords ? blockOnEndAll(endings, adoptionRecords, store.now) : endings,
  })
  if (!legacy || !adoptionRecords) return { sessions, adopt: undefined }
  const rules = { ...legacy, identify: checkIdentify(legacy.identify, events.count) }
  return { sessions, adopt: createAdoption({ rules, issuer, store, sessions, records: adoptionRecords, events }) }
}
