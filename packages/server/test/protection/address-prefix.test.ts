import { describe, expect, it } from 'vitest'
import { addressPrefix } from '../../src/protection/address-prefix.js'

describe('addressPrefix', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:ffff::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '::1'],
    ['::2', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('of %s is %s', (address, prefix) => {
    expect(addressPrefix(address)).toBe(prefix)
  })

  it.each(['::ffff:203.0.113.7', '::FFFF:cb00:7107', '64:ff9b::203.0.113.7', '64:ff9b::cb00:7107'])(
    'sees the IPv4 address in %s',
    (address) => {
      expect(addressPrefix(address)).toBe('203.0.113.7')
    },
  )

  it.each(['', 'localhost', '203.0.113', '203.0.113.7:80', '[::1]', '1::2::3', 'unknown'])(
    'is null for "%s"',
    (text) => {
      expect(addressPrefix(text)).toBeNull()
    },
  )
})
