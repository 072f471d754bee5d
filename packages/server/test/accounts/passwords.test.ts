import { stat } from 'node:fs/promises'
import * as nodeRsArgon2 from '@node-rs/argon2'
import { describe, expect, it } from 'vitest'
import { type Argon2, createPasswords } from '../../src/accounts/passwords.js'
import { AnswerError } from '../../src/answer-error.js'

/** The real argon2, with a note of every run. */
function countedArgon2() {
  const runs: { kind: 'hash' | 'verify'; parameters: string }[] = []
  const seen = { running: 0, maxRunning: 0 }
  const noted = async <T>(work: Promise<T>): Promise<T> => {
    seen.running++
    seen.maxRunning = Math.max(seen.maxRunning, seen.running)
    try {
      return await work
    } finally {
      seen.running--
    }
  }
  const argon2: Argon2 = {
    async hash(password, options) {
      const hash = await noted(nodeRsArgon2.hash(password, options))
      runs.push({ kind: 'hash', parameters: parametersOf(hash) })
      return hash
    },
    async verify(hash, password) {
      runs.push({ kind: 'verify', parameters: parametersOf(String(hash)) })
      return noted(nodeRsArgon2.verify(hash, password))
    },
  }
  return { argon2, runs, seen }
}

/** All that decides how much work a hash is: `$argon2id$v=19$m=19456,t=2,p=1`, and the lengths of salt and digest. */
function parametersOf(hash: string): string {
  const parts = hash.split('$')
  return [...parts.slice(1, 4), ...parts.slice(4).map((part) => part.length)].join('$')
}

describe('createPasswords', () => {
  it('hashes with argon2id, 19 MiB, two passes, one lane, as a PHC string', async () => {
    const hash = await createPasswords().hash('correct horse battery staple')
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  })

  it('knows the right password from a wrong one, and salts each hash anew', async () => {
    const passwords = createPasswords()
    const [hash, again] = [await passwords.hash('Tr0ub4dor & 3'), await passwords.hash('Tr0ub4dor & 3')]
    expect(await passwords.verify(hash, 'Tr0ub4dor & 3')).toBe(true)
    expect(await passwords.verify(hash, 'tr0ub4dor & 3')).toBe(false)
    expect(again).not.toBe(hash)
  })

  it('takes a password exactly as it was received: no trimming, no normalising', async () => {
    const passwords = createPasswords()
    const hash = await passwords.hash(' caf\u00e9 au lait ')
    expect(await passwords.verify(hash, ' caf\u00e9 au lait ')).toBe(true)
    expect(await passwords.verify(hash, ' cafe\u0301 au lait ')).toBe(false)
    expect(await passwords.verify(hash, 'caf\u00e9 au lait')).toBe(false)
  })

  it('does exactly one run of the same parameters for an unknown user as for a wrong password', async () => {
    const { argon2, runs } = countedArgon2()
    const passwords = createPasswords({}, argon2)
    const hash = await passwords.hash('correct horse battery staple')
    runs.length = 0

    expect(await passwords.verify(hash, 'a wrong password')).toBe(false)
    const known = runs.splice(0)
    expect(await passwords.verify(null, 'a wrong password')).toBe(false)
    const unknown = runs.splice(0)

    expect(known).toHaveLength(1)
    expect(unknown).toEqual(known)
  })

  it('does the same for a hash that it cannot read', async () => {
    const { argon2, runs } = countedArgon2()
    const passwords = createPasswords({}, argon2)
    expect(await passwords.verify('5f4dcc3b5aa765d61d8327deb882cf99', 'password')).toBe(false)
    expect(runs).toHaveLength(1)
    expect(passwords.needsRehash('5f4dcc3b5aa765d61d8327deb882cf99')).toBe(true)
  })

  it.each([
    ['memory of 4 GiB', 'm=4194304,t=1,p=1'],
    ['a million passes', 'm=65536,t=1000000,p=1'],
  ])('does the same for a hash that would take %s', async (_, parameters) => {
    const runs: string[] = []
    const argon2: Argon2 = { hash: nodeRsArgon2.hash, verify: async (hash) => runs.push(String(hash)) > 0 }
    const hash = `$argon2id$v=19$${parameters}$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g`

    expect(await createPasswords({}, argon2).verify(hash, 'password')).toBe(false)
    expect(runs.map(parametersOf)).toEqual(['argon2id$v=19$m=19456,t=2,p=1$22$43'])
  })

  it('checks a hash of its own parameters, however much work they are', async () => {
    const argon2: Argon2 = { hash: nodeRsArgon2.hash, verify: async () => true }
    const hash = '$argon2id$v=19$m=4194304,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g'

    expect(await createPasswords({ memory: 4_194_304, passes: 3 }, argon2).verify(hash, 'password')).toBe(true)
  })

  it('looks at no password over 1024 bytes, and at none that is not Unicode', async () => {
    const { argon2, runs } = countedArgon2()
    const passwords = createPasswords({}, argon2)
    const refused = ['x'.repeat(1025), '\u00e9'.repeat(513), 'lone \ud800 surrogate']
    for (const password of refused) {
      await expect(passwords.hash(password)).rejects.toMatchObject({ code: 'invalid_request' })
      expect(await passwords.verify(null, password)).toBe(false)
    }
    expect(runs).toEqual([])
    expect(await passwords.verify(await passwords.hash('x'.repeat(1024)), 'x'.repeat(1024))).toBe(true)
  })

  it('asks for a new hash where that would be stronger, and never for a weaker one', async () => {
    const [weak, usual] = [createPasswords({ memory: 1024, passes: 1 }), createPasswords()]
    const [weakHash, usualHash] = [await weak.hash('some password'), await usual.hash('some password')]
    expect(usual.needsRehash(weakHash)).toBe(true)
    expect(weak.needsRehash(usualHash)).toBe(false)
    expect(usual.needsRehash(usualHash)).toBe(false)
    expect(await usual.verify(weakHash, 'some password')).toBe(true)
    expect(usual.needsRehash(usualHash.replace('argon2id', 'argon2i'))).toBe(true)
  })

  it('runs no more at once than its limit', async () => {
    const { argon2, seen } = countedArgon2()
    const passwords = createPasswords({ concurrency: 2 }, argon2)
    await Promise.all(Array.from({ length: 12 }, () => passwords.verify(null, 'some password')))
    expect(seen.maxRunning).toBe(2)
  })

  it('leaves a thread of the pool free by default, so that other work does not wait for a storm of sign-ins', async () => {
    const passwords = createPasswords({ memory: 4096 })
    let finished = 0
    const storm = Array.from({ length: 40 }, () => passwords.verify(null, 'some password').then(() => finished++))
    await stat('.')
    const finishedBefore = finished
    await Promise.all(storm)
    expect(finishedBefore).toBeLessThan(20)
  })

  it('answers 503 with Retry-After if the queue is full, and serves the calls in it', async () => {
    const passwords = createPasswords({ concurrency: 1, queue: 2 })
    const waiting = Array.from({ length: 3 }, () => passwords.verify(null, 'some password'))
    const late = await passwords.verify(null, 'some password').catch((error: unknown) => error)
    expect(late).toBeInstanceOf(AnswerError)
    expect(late).toMatchObject({ code: 'service_unavailable', headers: { 'Retry-After': '1' } })
    expect(await Promise.all(waiting)).toEqual([false, false, false])
  })

  it.each([
    ['concurrency', 0],
    ['concurrency', 1024],
    ['concurrency', 1.5],
    ['queue', -1],
    ['memory', 4],
    ['passes', Number.NaN],
  ])('names the option %s when it is %d', (name, value) => {
    expect(() => createPasswords({ [name]: value })).toThrow(`passwords.${name} must be`)
  })
})
