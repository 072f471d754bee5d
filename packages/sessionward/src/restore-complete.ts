import { completeRestore, type RestoreOptions, type Store } from '@sessionward/server'

/** Ends again what a backup has brought back to life, and says so. */
export async function restoreComplete(
  store: Store,
  options: RestoreOptions & { readonly print: (line: string) => void },
): Promise<void> {
  const { print, ...restore } = options
  const { lines, unreadable, ended, recovery } = await completeRestore(store, restore)
  print(
    `read      ${lines} lines of ${restore.journals.length} journals${unreadable > 0 ? `, ${unreadable} of them unreadable` : ''}`,
  )
  print(`ended     ${ended} sessions that the backup had brought back`)
  print(`recovery  declared for ${recovery} seconds: clients that are ahead of the database are believed`)
  print('cache     if profiles are cached in Redis, empty it: it knows changes that the backup does not')
  if (restore.journals.length === 0) {
    print('No journal was given: sessions that were ended after the backup are alive again.')
  }
}
