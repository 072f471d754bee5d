export type { SignIn } from './account.js'
export { browserEnvironment } from './browser-environment.js'
export type { Client } from './client.js'
export { createClient } from './client.js'
export type { ClientOptions, Reauth } from './config.js'
export type { Environment } from './environment.js'
export type { SignOutReason } from './errors.js'
export {
  RefreshRefusedError,
  RefreshUnavailableError,
  SessionChangedError,
  SignedOutError,
  SignInError,
  SignOutError,
} from './errors.js'
export type { ClientEvents } from './events.js'
export type { ClientState, SessionInfo } from './session.js'
