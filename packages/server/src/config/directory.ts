import type { AuthServerOptions } from '../options.js'
import { isFunction } from './values.js'

/** Checks the functions of the option `directory`. */
export function checkDirectoryOptions(options: AuthServerOptions): void {
  const { directory } = options
  if (directory !== undefined && (!isFunction(directory?.authenticate) || !isFunction(directory.profile))) {
    throw new TypeError('directory must have the functions authenticate and profile')
  }
  for (const name of ['register', 'changePassword', 'canonicalUsername'] as const) {
    if (directory?.[name] !== undefined && !isFunction(directory[name])) {
      throw new TypeError(`directory.${name} must be a function or be omitted`)
    }
  }
  if (directory && options.accounts) {
    throw new TypeError('accounts configures the built-in directory: omit it when directory is given')
  }
}
