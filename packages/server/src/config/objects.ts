import type { AuthServerOptions } from '../options.js'
import { isFunction } from './values.js'

/** Checks the options that are objects or functions with a purpose. @throws TypeError that names the option. */
export function checkObjects(options: AuthServerOptions): void {
  if (!options.store?.sessions) {
    const found = options.store === undefined || options.store === null ? 'missing' : 'not a store'
    throw new TypeError(`store is ${found}: expected one such as sqliteStore('data/auth.db')`)
  }
  if (options.cache !== undefined && !isFunction(options.cache?.profiles?.get)) {
    throw new TypeError('cache must be a cache such as redisCache(client)')
  }
  if (options.envelope !== undefined && !isFunction(options.envelope?.wrap)) {
    throw new TypeError('envelope must be made by envelope({ ok, codes })')
  }
  if (options.place !== undefined && !isFunction(options.place)) {
    throw new TypeError('place must be a function that returns the place of a network address')
  }
}
