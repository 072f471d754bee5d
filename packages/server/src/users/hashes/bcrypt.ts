import { randomBytes } from 'node:crypto'
import { checkOptionNames } from '../../input/option-names.js'
import type { HashKind } from './hash-kind.js'

/** Options of `bcrypt`. An unknown name is refused. */
export interface BcryptOptions {
  /** The `compare` of a bcrypt library, such as `@node-rs/bcrypt` or `bcryptjs`. */
  readonly compare: (password: string, hash: string) => Promise<boolean>
  /** The usual cost, which is used for unknown people too. Default 10. */
  readonly cost?: number
}

/** Cost 16, which takes seconds, is the maximum, so that a hash written by somebody else cannot block the server. */
const form = /^\$2[aby]?\$(0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}$/

/** `$2a$`, `$2b$` and PHP's `$2y$`. bcrypt ignores all but the first 72 bytes; after the upgrade all bytes count. */
export function bcrypt(options: BcryptOptions): HashKind {
  // Without types, bcrypt() is easily written: the other kinds need no argument.
  const { compare, cost = 10, ...rest } = (options ?? {}) as BcryptOptions
  checkOptionNames('bcrypt', rest, {} as Record<string, true>)
  if (typeof compare !== 'function') {
    throw new TypeError('bcrypt.compare must be the function compare of a bcrypt library, such as @node-rs/bcrypt')
  }
  if (!(Number.isInteger(cost) && cost >= 4 && cost <= 16)) throw new TypeError('bcrypt.cost must be from 4 to 16')
  return {
    name: 'bcrypt',
    recognizes: (hash) => form.test(hash),
    // The prefixes mean the same algorithm, but many libraries accept only `$2b$`.
    verify: ({ hash }, password) => compare(password, hash.replace(/^\$2[ay]?\$/, '$2b$')),
    dummy: `$2b$${String(cost).padStart(2, '0')}$${randomBytes(40).toString('hex').slice(0, 53)}`,
  }
}
