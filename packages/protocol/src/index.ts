export { chineseMessages } from './chinese-messages.js'
export type { AccessTokenClaims, SignatureAlgorithm } from './claims.js'
export { accessTokenType, registeredClaims, signatureAlgorithms } from './claims.js'
export type { RefreshCookieScheme } from './cookies.js'
export { accessCookieName, clientIdInCookieName, readCookies, refreshCookieName, sessionHeader } from './cookies.js'
export type {
  CaptchaAction,
  CaptchaAnswer,
  Device,
  LoginRequest,
  LogoutRequest,
  PasswordRequest,
  ProofOfWorkCaptcha,
  RefreshRequest,
  RegisterRequest,
  TokenAnswer,
  TokenAnswerOnWire,
  Transport,
  User,
  WidgetCaptcha,
} from './endpoints.js'
export { deviceClasses, tokenAnswerFromWire, tokenAnswerToWire } from './endpoints.js'
export type { Envelope, PlainAnswer } from './envelope.js'
export { envelope } from './envelope.js'
export type { BusinessCode, EnvelopeOptions, Messages } from './envelope-options.js'
export type { ErrorCode, Problem, ReplacedBy, SessionEndReason, Verdict } from './errors.js'
export { errors, isErrorCode, problem, problemMediaType, sessionEndReasons } from './errors.js'
export type { Logger } from './logger.js'
export { isLoopback } from './loopback.js'
export { unknownOption } from './option-names.js'
export type { OwnSession, OwnSessionOnWire } from './own-sessions.js'
export { ownSessionsFromWire, ownSessionToWire } from './own-sessions.js'
export { isPageVisit } from './page-visit.js'
export { rawPathOf } from './raw-path.js'
export type { ReturnToRule } from './return-to.js'
export { notSentFragment, resolveReturnTo } from './return-to.js'
export type {
  ChangedProfile,
  RevocationCursor,
  RevocationEntry,
  RevocationMessage,
  RevokedSession,
} from './revocation.js'
export {
  formatCursor,
  parseCursor,
  parseRevocationMessage,
  readRevocationEntries,
  revocationHeartbeat,
  revocationOverlap,
} from './revocation.js'
export type { SessionAlive, SessionEnded, SessionEvent } from './session-events.js'
export { formatSessionEvent, parseSessionEvent } from './session-events.js'
