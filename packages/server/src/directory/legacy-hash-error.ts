/**
 * A kind of legacy hash that the application wrote has failed: the password was not checked, so it is neither right nor wrong. The
 * message names the kind. It contains nothing of what the kind threw, because that may contain the password or the hash.
 */
export class LegacyHashError extends TypeError {}
