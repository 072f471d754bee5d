import { describe, expect, it } from 'vitest'
import { isLoopback } from '../src/index.js'

describe('a host name', () => {
  it.each(['localhost', 'auth.localhost', 'a.b.localhost', '127.0.0.1', '127.1.2.3', '127.255.255.254', '[::1]'])(
    'is this machine: %s',
    (hostname) => expect(isLoopback(hostname)).toBe(true),
  )

  it.each([
    '127.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.evil.example',
    'localhost.evil.example',
    'evil-localhost',
    'notlocalhost',
    'localhost.',
    '.localhost',
    '127.0.0.1.',
    '127.0.0.1\n',
    '127.0.0.1:80',
    '127.1',
    '127.0.0.256',
    '127.0.0.0001',
    '127.0.0.0x1',
    '0x7f.1',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '2130706433',
    '128.0.0.1',
    '1127.0.0.1',
    '10.127.0.0.1',
    '0.0.0.0',
    '[::]',
    '::1',
    '[::1].evil.example',
    '[::ffff:127.0.0.1]',
    '[::1%25eth0]',
    'ⓛocalhost',
    '',
  ])('is another machine: %j', (hostname) => expect(isLoopback(hostname)).toBe(false))

  it.each(['http://0x7f.1', 'http://0177.0.0.1', 'http://2130706433', 'http://127.1', 'http://LOCALHOST'])(
    'that the URL parser spells as this machine is this machine: %s',
    (url) => expect(isLoopback(new URL(url).hostname)).toBe(true),
  )
})
