import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { obtainNest } from '../../scripts/nest-versions.mjs'
import { ClosingLines } from '../../scripts/reporter.mjs'

const conditions = ['sessionward-source']
const folder = obtainNest(11)
if (!folder) throw new Error('NestJS 11 could not be had')
/** Whatever a test or an adapter asks of Nest is looked for from here. The file must exist, or Vite looks elsewhere. */
const from = join(folder, 'package.json')

/** The tests of NestJS, on version 11. */
export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  plugins: [
    {
      name: 'nest-11',
      enforce: 'pre',
      resolveId(source) {
        const isNest = /^(@nestjs\/|rxjs($|\/)|reflect-metadata$)/.test(source)
        return isNest ? this.resolve(source, from, { skipSelf: true }) : undefined
      },
    },
  ],
  test: {
    name: 'nest-11',
    reporters: ['default', new ClosingLines()],
    include: ['packages/{guard,server}/test/adapters/nestjs/*.test.ts', 'runtime-tests/nest-11/*.test.ts'],
    testTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
  },
})
