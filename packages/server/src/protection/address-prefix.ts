import { isIPv4, isIPv6 } from 'node:net'

/**
 * The part of a network address that identifies a subscriber: all of an IPv4 address, or the first 64 bits of an IPv6 address,
 * because providers assign at least a /64 to each subscriber. The loopback address stays `::1`, its familiar form.
 *
 * @returns null if the string is not an address.
 */
export function addressPrefix(address: string): string | null {
  if (isIPv4(address)) return address
  const [plain] = address.split('%')
  if (plain === undefined || !isIPv6(plain)) return null
  const groups = groupsOf(plain)
  if (groups.join(':') === '0:0:0:0:0:0:0:1') return '::1'
  // An IPv4 address in IPv6 notation (RFC 4291 section 2.5.5.2, RFC 6052). Otherwise all of IPv4 would share one prefix.
  if (/^(0 0 0 0 0 ffff|64 ff9b 0 0 0 0)$/.test(groups.slice(0, 6).join(' '))) return ipv4Of(groups[6]!, groups[7]!)
  return `${groups.slice(0, 4).join(':')}::/64`
}

/** The eight groups in lower case without leading zeros, as URL parsing formats them. */
function groupsOf(address: string): string[] {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail] = canonical.split('::')
  const before = head === '' ? [] : head.split(':')
  if (tail === undefined) return before
  const after = tail === '' ? [] : tail.split(':')
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
}

function ipv4Of(high: string, low: string): string {
  const bits = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16)
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.')
}
