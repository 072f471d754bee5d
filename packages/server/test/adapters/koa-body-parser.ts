import { createRequire } from 'node:module'
import type { Middleware } from 'koa'

const require = createRequire(import.meta.url)

/** Without its types: they give every request of `node:http` a body, in every file that is compiled together. */
export const { bodyParser } = require('@koa/bodyparser') as {
  bodyParser(options?: { readonly enableTypes?: readonly string[] }): Middleware
}
