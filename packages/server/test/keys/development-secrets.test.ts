import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { developmentSecrets } from '../../src/keys/development-secrets.js'
import { requireStrongSecret } from '../../src/keys/strong-secret.js'
import { messageOf } from '../harness/error-message.js'
import { temporaryFolder } from '../harness/temporary-folder.js'

describe('developmentSecrets', () => {
  it('makes secrets once, in a file for its owner alone, and finds them again', () => {
    const path = temporaryFolder()

    const created = developmentSecrets(join(path, 'data'))

    expect(developmentSecrets(join(path, 'data'))).toEqual(created)
    const [file] = readdirSync(join(path, 'data'))
    expect(readdirSync(join(path, 'data'))).toHaveLength(1)
    expect(statSync(join(path, 'data', file!)).mode & 0o777).toBe(0o600)
    for (const secret of [created.refresh, created.seal]) expect(() => requireStrongSecret(secret, 'x')).not.toThrow()
  })

  it('makes others elsewhere', () => {
    expect(developmentSecrets(temporaryFolder())).not.toEqual(developmentSecrets(temporaryFolder()))
  })

  it.each([
    ['half of a file', (text: string) => text.slice(0, 60)],
    ['no object', () => 'null'],
    ['a member that is missing', (text: string) => text.replace('seal', 'sael')],
  ])('does not quote a file that holds %s', (_, spoil) => {
    const path = temporaryFolder()
    developmentSecrets(path)
    const file = join(path, readdirSync(path)[0]!)
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, spoil(text))

    const message = messageOf(() => developmentSecrets(path))

    expect(message).toContain('delete it to create new ones')
    const { refresh, seal } = JSON.parse(text) as Record<string, string>
    for (const secret of [refresh!, seal!]) expect(message).not.toContain(secret.slice(0, 8))
  })
})
