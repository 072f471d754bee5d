import { completeRestore, type RestoreOptions, type Store } from '@sessionward/server'

/** Ends the sessions that a backup made active again, and prints what was done. */
export async function restoreComplete(
  store: Store,
  options: RestoreOptions & { readonly print: (line: string) => void },
): Promise<void> {
  const { print, ...restore } = options
  const { lines, unreadable, ended, recovery } = await completeRestore(store, restore)
  print(
    `read      ${lines} lines from ${restore.journals.length} journals${unreadable > 0 ? `, ${unreadable} of them unreadable` : ''}`,
  )
  print(`ended     ${ended} sessions that the backup had made active again`)
  print(`recovery  declared for ${recovery} seconds: refresh tokens newer than the database are accepted`)
  print(
    'cache     if profiles are cached in Redis, clear that cache: it may contain changes that the backup does not have',
  )
  if (restore.journals.length === 0) {
    print('No journal was given: sessions that ended after the backup are active again.')
  }
}
