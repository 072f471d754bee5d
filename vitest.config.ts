import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'
import { storiesOfBrowser } from './scripts/browsers.mjs'
import { ClosingLines } from './scripts/reporter.mjs'
import { testsOfOtherStores } from './scripts/stores.mjs'
import { testsAlone } from './scripts/tests-alone.mjs'

// Tests read the sources, never a build: the condition below is the one in every package's `exports`.
const conditions = ['sessionward-source']

/** Of unit tests. */
const timeouts = {
  testTimeout: 30_000,
  // On a machine with much to do a second is nothing: what is waited for comes or does not.
  expect: { poll: { timeout: 10_000 } },
  // A hook may have to wait for a database server of which the first start takes a minute.
  hookTimeout: 120_000,
}

export default defineConfig({
  test: {
    reporters: ['default', new ClosingLines()],
    allowOnly: false,
    // Vitest leaves one core free, which is half of a machine with two.
    maxWorkers: availableParallelism(),
    projects: [
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...testsOfOtherStores(), ...testsAlone],
          globalSetup: 'test/setup.ts',
          // Files of one worker share what they import: loading it anew takes most of the time of a small file.
          isolate: false,
          ...timeouts,
        },
      },
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: { name: 'unit-alone', include: testsAlone, ...timeouts },
      },
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          name: 'e2e',
          include: storiesOfBrowser(),
          exclude: [...configDefaults.exclude, ...testsOfOtherStores()],
          globalSetup: 'e2e/harness/setup.ts',
          // After the unit tests, and three at a time: half of a story is waiting.
          sequence: { groupOrder: 1 },
          maxWorkers: 3,
          // Files of one worker share what they import, what they have bundled, and the browser.
          isolate: false,
          expect: { poll: { timeout: 10_000 } },
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
