import { describe, expect, it } from 'vitest'
import { createAddressReader, readClientAddress } from '../../src/http/client-address.js'

describe('the network address of a client', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7:4711', '192.0.2.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:192.0.2.7', '192.0.2.7'],
    ['[::ffff:192.0.2.7]:4711', '192.0.2.7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:443', 'fe80::1'],
    [' 192.0.2.7 ', '192.0.2.7'],
    // What a client claims comes first, what the nearest proxy saw comes last.
    ['203.0.113.9, 192.0.2.7', '192.0.2.7'],
    ['forged, 203.0.113.9,192.0.2.7:80', '192.0.2.7'],
  ])('%s is read as %s', (given, address) => {
    expect(readClientAddress(given)).toBe(address)
  })

  it.each([
    undefined,
    null,
    '',
    'unknown',
    'localhost',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.7:',
    '192.0.2.7:http',
    '192.0.2.7,',
    '[192.0.2.7',
    '[]',
    '2001:db8::1:',
    '_hidden',
    '192.0.2.7 192.0.2.8',
    '%',
  ])('%j cannot be read', (given) => {
    expect(readClientAddress(given)).toBeNull()
  })

  it('is warned of once where it cannot be read, without repeating it', () => {
    const warnings: string[] = []
    const read = createAddressReader({ warn: (message) => warnings.push(message), error: () => {} })

    expect([read('192.0.2.7'), read('hidden'), read(undefined), read('hidden')]).toEqual([
      '192.0.2.7',
      null,
      null,
      null,
    ])

    expect(warnings).toEqual([expect.stringContaining('cannot be read as an IP address')])
    expect(warnings[0]).not.toContain('hidden')
  })
})
