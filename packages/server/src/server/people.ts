import { type Accounts, createAccounts } from '../accounts/accounts.js'
import { createPasswords } from '../accounts/passwords.js'
import type { Config } from '../config.js'
import { checkDirectory } from '../directory/check-directory.js'
import type { Directory } from '../directory/directory.js'
import type { Events } from '../events.js'
import type { AuthServerOptions } from '../options.js'
import { cacheProfilesInMemory } from '../profiles/memory-cache.js'
import { createProfileReader, type ProfileReader } from '../profiles/reader.js'
import type { Store } from '../store/store.js'

interface Parts {
  readonly options: AuthServerOptions
  readonly config: Config
  readonly store: Store
  readonly events: Events
}

/** The people who sign in. */
export interface People {
  /** The built-in accounts; undefined if the application has a directory. */
  readonly builtIn: Accounts | undefined
  /** The built-in accounts, or the application's directory. */
  readonly directory: Directory
  readonly profileReader: ProfileReader
}

/** @throws TypeError that names the option. */
export function createPeople({ options, config, store, events }: Parts): People {
  const builtIn = options.directory
    ? undefined
    : createAccounts(store, createPasswords(options.passwords), options.accounts)
  const directory = builtIn ?? checkDirectory(options.directory!, events.count)
  const { cache, iss: issuer, logger } = config
  const reader = createProfileReader({ directory, cache: cache?.profiles, issuer, count: events.count, logger })
  // Only for built-in accounts, whose changes all pass through here. An application may not report every change of its users.
  const profileReader = builtIn && !cache ? cacheProfilesInMemory(reader) : reader
  return { builtIn, directory, profileReader }
}
