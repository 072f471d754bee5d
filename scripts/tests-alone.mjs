// @ts-check

/** Unit tests that replace modules, which another file in their process may have loaded already. */
export const testsAlone = [
  'packages/client/test/config-in-production.test.ts',
  'packages/client/test/refusal-that-cannot-be-read.test.ts',
  'packages/guard/test/challenge.test.ts',
  'packages/server/test/http/routes/session/login.guessing.test.ts',
  'packages/server/test/revocation/journal.durability.test.ts',
  'packages/server/test/users/equal-work.test.ts',
]
