import { isIP } from 'node:net'
import type { Logger } from '@sessionward/protocol'

/**
 * Parses the network address of a client as an adapter or a proxy writes it: `192.0.2.7`, `192.0.2.7:4711` (Azure's gateway),
 * `[2001:db8::1]`, `[2001:db8::1]:4711`, `::ffff:192.0.2.7`, `fe80::1%eth0`. Uses the last address of a list (`X-Forwarded-For`): the
 * nearest proxy added it, and the client can forge the ones before.
 *
 * @returns the bare address; null if it is missing or invalid.
 */
export function readClientAddress(given: string | null | undefined): string | null {
  const last = given?.split(',').at(-1)?.trim() ?? ''
  // A port may follow an IPv4 address, or an IPv6 address in brackets.
  const [, inBrackets, beforePort] = /^(?:\[([^\]]+)\](?::\d+)?|([^:]+):\d+)$/.exec(last) ?? []
  const address = (inBrackets ?? beforePort ?? last).replace(/%.*$/, '')
  if (isIP(address) === 0) return null
  // Dual-stack sockets report IPv4 addresses in this form (RFC 4291 section 2.5.5.2).
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}

/** Parses addresses, and warns once about an invalid one, because such clients share one limit. */
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
