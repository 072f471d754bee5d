import { pause } from '../wait.js'
import { isCredible, type OpenVault, type VaultRecord, type VaultTools } from './vault.js'

/**
 * Milliseconds until a write is visible in other tabs, and until another tab has answered. The lock that the tabs share is
 * held meanwhile.
 */
const propagationDelay = 50

interface Message {
  /** What another tab has written; undefined if it asks. */
  readonly record?: VaultRecord
  readonly newerThan?: number
}

/**
 * Keeps the session, with the refresh token and the access token, in `localStorage` or `sessionStorage`: a reload needs no
 * refresh. Any script of the page can read both, so do this only where a system insists.
 *
 * `sessionStorage` belongs to one tab; here the tabs send each other what they write, so that they share one session and one
 * refresh, and a new tab is signed in as long as another one is open.
 *
 * @throws TypeError if it is no storage.
 */
export function webStorage(storage: Pick<Storage, 'getItem' | 'setItem'>): OpenVault {
  if (typeof storage?.getItem !== 'function' || typeof storage.setItem !== 'function') {
    throw new TypeError('webStorage: expected `localStorage` or `sessionStorage`.')
  }
  return (name, tools) => {
    const read = () => parse(storage.getItem(name))
    const write = (record: VaultRecord) => storage.setItem(name, JSON.stringify(record))
    const sync = isShared(storage) ? undefined : shareBetweenTabs(name, tools, read, write)
    return async (change) => {
      await sync?.request()
      const before = read()
      const next = change(before)
      if (next) {
        write(next)
        sync?.send(next)
        await pause(propagationDelay, tools)
      }
      return before
    }
  }
}

/** Copies what one tab writes into the storage of the others. The newest version counts. */
function shareBetweenTabs(
  name: string,
  tools: VaultTools,
  read: () => VaultRecord | undefined,
  write: (record: VaultRecord) => void,
) {
  const channel = tools.openChannel(`${name} vault`)
  const version = () => read()?.version ?? 0
  const send = (record: VaultRecord) => channel?.postMessage({ record } satisfies Message)
  const receive = ({ record, newerThan }: Message) => {
    const own = read()
    if (record) {
      if (record.version > version() && isCredible(record.version, tools)) write(record)
    } else if (own && own.version > newerThan!) send(own)
  }
  if (channel) channel.onmessage = ({ data }) => receive(Object(data))
  return {
    send,
    /** Requests updates that this tab has missed because it has just opened, or was frozen. */
    async request() {
      if (!channel) return
      channel.postMessage({ newerThan: version() } satisfies Message)
      await pause(propagationDelay, tools)
    },
  }
}

/** Whether all tabs see the same storage. */
function isShared(storage: object): boolean {
  try {
    return storage === globalThis.localStorage
  } catch {
    return false
  }
}

/** Ignores values that are not from this client. */
function parse(text: string | null): VaultRecord | undefined {
  try {
    const record = JSON.parse(text ?? 'null')
    return typeof record?.version === 'number' ? record : undefined
  } catch {
    return undefined
  }
}
