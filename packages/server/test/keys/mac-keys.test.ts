import { describe, expect, it } from 'vitest'
import { readMacKeys } from '../../src/keys/mac-keys.js'
import type { RefreshKey } from '../../src/keys/secrets.js'
import { messageOf } from '../harness/error-message.js'
import { randomSecret } from '../harness/secrets.js'

describe('readMacKeys', () => {
  const key = (id: number, state: RefreshKey['state'] = 'listed'): RefreshKey => ({ id, secret: randomSecret(), state })

  it('mints with the one key that is minting and knows the listed ones', () => {
    const keys = readMacKeys([key(7), key(255, 'minting'), key(0, 'retired')])

    expect(keys.minting.id).toBe(255)
    expect(keys.find(255)).toBe(keys.minting.key)
    expect(keys.find(7)).toMatchObject({ type: 'secret' })
    expect(keys.find(0)).toBe('retired')
    expect(keys.find(8)).toBe('unknown')
  })

  it('needs no secret any more for a retired key', () => {
    const retired = { id: 1, state: 'retired' } as unknown as RefreshKey

    expect(readMacKeys([retired, key(2, 'minting')]).find(1)).toBe('retired')
  })

  it.each([
    ['no key at all', []],
    ['no key that mints', [key(1)]],
    ['two keys that mint', [key(1, 'minting'), key(2, 'minting')]],
    ['one id twice', [key(1, 'minting'), key(1)]],
    ['an id over 255', [key(256, 'minting')]],
    ['a negative id', [key(-1, 'minting')]],
    ['an id that is not whole', [key(1.5, 'minting')]],
    ['an id that is a string', [{ ...key(1, 'minting'), id: '1' as unknown as number }]],
    ['a state that there is not', [key(1, 'minting'), key(2, 'mintin' as RefreshKey['state'])]],
    ['a hole in the list', [key(1, 'minting'), null as unknown as RefreshKey]],
    ['a string instead of a list', 'secret' as unknown as RefreshKey[]],
    ['nothing', undefined as unknown as RefreshKey[]],
  ])('refuses %s, and names secrets.refresh', (_, keys) => {
    expect(messageOf(() => readMacKeys(keys))).toMatch(/^secrets\.refresh/)
  })

  it('makes another key of another secret', () => {
    const [one, other] = [key(1, 'minting'), key(1, 'minting')].map((entry) =>
      readMacKeys([entry]).minting.key.export(),
    )

    expect(one).not.toEqual(other)
  })
})
