import { generateHint, requirePresent, requireStrongSecret } from '../keys/strong-secret.js'
import type { AuthServerOptions } from '../options.js'
import { cookieSafe, listOf } from './values.js'

export function readClients(clients: AuthServerOptions['clients']): ReadonlyMap<string, string> {
  const read = new Map<string, string>()
  for (const [index, client] of listOf('clients', clients).entries()) {
    const id = cookieSafe(`clients[${index}].id`, client?.id)
    if (read.has(id)) throw new TypeError(`clients[${index}].id appears twice`)
    requirePresent(client.secret, `clients[${index}].secret`, generateHint)
    if (typeof client.secret !== 'string') throw new TypeError(`clients[${index}].secret must be a string`)
    requireStrongSecret(client.secret, `clients[${index}].secret`)
    read.set(id, client.secret)
  }
  return read
}
