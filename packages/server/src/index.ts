export type {
  BusinessCode,
  Envelope,
  EnvelopeOptions,
  ErrorCode,
  Logger,
  Messages,
  PlainAnswer,
  Verdict,
} from '@sessionward/protocol'
export { chineseMessages, envelope } from '@sessionward/protocol'
export { AnswerError } from './answer-error.js'
export type { AuthServer } from './auth-server.js'
export type { FromBrowser, Sessions, StartedSession, SubjectOf } from './calls/session-calls.js'
export type {
  Authenticated,
  Credentials,
  Directory,
  PasswordChange,
  Profile,
  Registration,
} from './directory/directory.js'
export type { AdoptLegacyOptions, Identify, LegacyIdentity } from './legacy/identity.js'
export type { AuthServerOptions, CaptchaOptions } from './options.js'
export type { CaptchaCondition } from './protection/attempt-checks.js'
export type { AttemptHook, AttemptView, BeforeHooks, HookRefusal } from './protection/before-hooks.js'
export type { RestoreOptions, RestoreResult } from './revocation/restore.js'
export { completeRestore } from './revocation/restore.js'
export { createAuthServer } from './server.js'
export type { SessionSummary } from './session/summary.js'
export type {
  Account,
  AccountStore,
  CounterStore,
  EventStore,
  KeyStore,
  Migration,
  OneTimeValueStore,
  Owner,
  Relay,
  RelayListener,
  Schema,
  SessionStore,
  SigningKey,
  Store,
  StoredEvent,
} from './store/store.js'
export { StoreUnavailableError } from './store/store.js'
