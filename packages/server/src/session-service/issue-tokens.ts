import type { RevocationRetention } from '../revocation/retention.js'
import type { IssuedTokens, TokenMint } from '../tokens/mint.js'

export interface IssueTokensParts {
  readonly tokens: Pick<TokenMint, 'issue'>
  readonly retention: Pick<RevocationRetention, 'record'>
}

export type IssueTokens = TokenMint['issue']

/** Issues tokens once the store knows how long their revocation must be kept. */
export function createIssueTokens({ tokens, retention }: IssueTokensParts): IssueTokens {
  return async (session, profile, now, grant): Promise<IssuedTokens> => {
    const recording = retention.record()
    if (recording) await recording
    return tokens.issue(session, profile, now, grant)
  }
}
