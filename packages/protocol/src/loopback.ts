/**
 * Whether a host name, as a URL spells it, is this machine: `localhost`, a name below it (RFC 6761 section 6.3), 127.0.0.0/8 as
 * four numbers, or `[::1]`. A URL has turned other spellings of an address, such as `0x7f.1`, into four numbers.
 */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === '[::1]' ||
    /^([^.]+\.)*localhost$/.test(hostname) ||
    /^127(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/.test(hostname)
  )
}
