import { AnswerError } from '../answer-error.js'
import type { Profile } from '../directory/directory.js'
import type { Events } from '../events.js'
import { isLatest } from '../session/rotation.js'
import type { IssuedTokens } from '../tokens/mint.js'
import type { ActiveProfileReader } from './active-profile-reader.js'
import type { DecisionWriter } from './decision-writer.js'
import type { IdentifySession } from './identify-session.js'
import { inactiveError } from './inactive-error.js'
import type { IssueTokens } from './issue-tokens.js'
import type { Presentation } from './presentation.js'
import type { RotationDecisions } from './rotation-decisions.js'

export interface RefreshSessionParts {
  readonly events: Pick<Events, 'count'>
  readonly identify: IdentifySession
  readonly decisions: RotationDecisions
  readonly readActiveProfile: ActiveProfileReader
  readonly write: DecisionWriter
  readonly issue: IssueTokens
}

const maxAttempts = 3

export function createRefreshSession(parts: RefreshSessionParts) {
  const { events, identify, readActiveProfile, write, issue } = parts
  const { decide, report, refuse } = parts.decisions
  /**
   * Exchanges a token for the next ones.
   *
   * @param admitClient Throws if the client of the session had to authenticate and did not. Default: admits all.
   */
  return async function refresh(
    presentation: Presentation,
    admitClient: (clientId: string) => void = () => {},
  ): Promise<IssuedTokens> {
    let profile: Profile | undefined
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const { session, token, now } = await identify(presentation)
      admitClient(session.clientId)
      // An old token from a log must not reveal where the person has signed in since.
      const refusal = inactiveError(session, now, isLatest(session, token))
      if (refusal) throw refusal
      const decision = await decide(session, token, presentation, now)
      if (decision.outcome !== 'grant' && decision.outcome !== 'confirm') {
        report(decision, session, now)
        throw await refuse(decision, session)
      }
      profile ??= await readActiveProfile(session, now)
      const grant = await write(session, decision, presentation, now)
      if (!grant) continue
      report(decision, session, now)
      events.count(decision.outcome === 'confirm' ? 'refresh_confirmed' : 'refresh_granted')
      return issue(session, profile, now, grant)
    }
    throw new AnswerError('service_unavailable', 'too many requests refresh this session at the same time', {
      retryAfter: 1,
    })
  }
}
