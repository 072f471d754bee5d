export { AnswerError } from './answer-error.js'
export type {
  Authenticated,
  Credentials,
  Directory,
  PasswordChange,
  Profile,
  Registration,
} from './directory/directory.js'
export type { AuthServerOptions } from './options.js'
export type { Restored, RestoreOptions } from './restore.js'
export { completeRestore } from './restore.js'
export type { AuthServer, StartedSession } from './server.js'
export { createAuthServer } from './server.js'
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
