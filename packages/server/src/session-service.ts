import type { Events } from './events.js'
import type { ProfileReader } from './profiles/reader.js'
import { createSessionProfiles } from './profiles/session-profiles.js'
import type { RevocationRetention } from './revocation/retention.js'
import type { SessionEndings } from './revocation/session-endings.js'
import type { SessionKind } from './session/kind.js'
import type { Lifetimes } from './session/lifetime.js'
import type { SessionPolicy } from './session/session-limit.js'
import { createAdmission } from './session-admission.js'
import { createActiveProfileReader } from './session-service/active-profile-reader.js'
import { createDecisionWriter } from './session-service/decision-writer.js'
import { createIdentifySession } from './session-service/identify-session.js'
import { createInspectSession } from './session-service/inspect-session.js'
import { createIssueTokens } from './session-service/issue-tokens.js'
import { createRefreshSession } from './session-service/refresh-session.js'
import { createRepeatStart } from './session-service/repeat-start.js'
import { createRotationDecisions } from './session-service/rotation-decisions.js'
import { createStartSession } from './session-service/start-session.js'
import type { Store } from './store/store.js'
import type { TokenMint } from './tokens/mint.js'
import type { TokenReader } from './tokens/token-reader.js'

export interface SessionServiceParts {
  readonly store: Store
  readonly profileReader: ProfileReader
  readonly readToken: TokenReader
  readonly events: Events
  /** The kind of new sessions. A session keeps the kind that it started with. */
  readonly kind: SessionKind
  readonly lifetimes: Lifetimes
  /** Undefined: the number of sessions is not limited. */
  readonly policy: SessionPolicy | undefined
  readonly confirmation: 'on-use' | 'strict'
  readonly recovery: boolean
  readonly clientId: string
  readonly retention: Pick<RevocationRetention, 'record'>
  readonly tokens: TokenMint
  readonly endings: SessionEndings
}

export type SessionService = ReturnType<typeof createSessionService>

/** The I/O of `session/`: reads and writes the store, and mints tokens. The decisions about tokens are in `session/`. */
export function createSessionService(parts: SessionServiceParts) {
  const { store, events, policy, confirmation, tokens, endings } = parts
  const { end, endAll } = endings
  const { profileOf, userOf } = createSessionProfiles(parts)
  const readActiveProfile = createActiveProfileReader(profileOf, end)
  const identify = createIdentifySession(parts.readToken)
  const decisions = createRotationDecisions({ store, events, recovery: parts.recovery, end })
  const write = createDecisionWriter({ store, mintChild: tokens.mintChild, confirmation })
  const issue = createIssueTokens(parts)
  const admit = policy && createAdmission({ store, policy, end })
  return {
    start: createStartSession({ ...parts, admit, profileOf, issue }),
    repeatStart: createRepeatStart({ store, decisions, readActiveProfile, issue }),
    refresh: createRefreshSession({ events, identify, decisions, readActiveProfile, write, issue }),
    ...createInspectSession({ store, identify, decide: decisions.decide }),
    userOf,
    end,
    endAll,
  }
}
