import { defineConfig } from 'vitest/config'

// Tests read the sources, never a build: the condition below is the one in every package's `exports`.
const conditions = ['sessionward-source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
