import { expect, test, vi } from 'vitest'
import { unknownOption } from '../src/index.js'

// As a bundler does with the export condition `production`.
vi.mock('#option-hint', () => import('../src/option-hint.production.js'))

test('a page that is built for production names an unknown option, and guesses nothing', () => {
  expect(unknownOption({ scopes: 'a' }, ['scope'], 'guard')).toBe('unknown option `guard.scopes`')
})
