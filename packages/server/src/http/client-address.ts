import { isIP } from 'node:net'
import type { Logger } from '@sessionward/protocol'

/**
 * Reads the network address of a client as an adapter or a proxy writes it: `192.0.2.7`, `192.0.2.7:4711` (Azure's gateway),
 * `[2001:db8::1]`, `[2001:db8::1]:4711`, `::ffff:192.0.2.7`, `fe80::1%eth0`. Of a list (`X-Forwarded-For`) the last one counts:
 * the proxy nearest to this server wrote it, and everything before it is whatever the client claims.
 *
 * @returns the bare address; null where there is none or it cannot be read.
 */
export function readClientAddress(given: string | null | undefined): string | null {
  const last = given?.split(',').at(-1)?.trim() ?? ''
  // A port may stand behind an IPv4 address, and behind an IPv6 address in brackets.
  const [, inBrackets, beforePort] = /^(?:\[([^\]]+)\](?::\d+)?|([^:]+):\d+)$/.exec(last) ?? []
  const address = (inBrackets ?? beforePort ?? last).replace(/%.*$/, '')
  if (isIP(address) === 0) return null
  // An IPv4 address as a socket for both families writes it (RFC 4291 section 2.5.5.2).
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}

/** Reads addresses, and warns once where one cannot be read: such sign-ins share one limit. */
export function createAddressReader(logger: Logger): (given: string | null | undefined) => string | null {
  let isWarned = false
  return (given) => {
    const address = readClientAddress(given)
    if (address === null && !isWarned) {
      isWarned = true
      const problem = given ? 'cannot be read as an IP address' : 'is unknown'
      logger.warn(
        `the network address of a client ${problem}, so all such clients share one limit of attempts: set the adapter's option address, or pass the address that Node or your proxy states to auth.fetch(request, { address })`,
      )
    }
    return address
  }
}
