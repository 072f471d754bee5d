export { AnswerError } from './answer-error.js'
export type { AuthServerOptions } from './config.js'
export type { AuthServer, StartedSession } from './server.js'
export { createAuthServer } from './server.js'
