export { AnswerError } from './answer-error.js'
export type { AuthServerOptions } from './options.js'
export type { AuthServer, StartedSession } from './server.js'
export { createAuthServer } from './server.js'
