// What a page loads that has both, for bundle.test.ts.
export * from '@sessionward/client'
export * from '@sessionward/client/vue-router'
