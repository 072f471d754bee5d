import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { expect, test } from 'vitest'

// What someone gets who bundles one package alone for an edge runtime or a browser: the default condition of every
// `exports` and `imports`, never `node`.
const conditionNames = ['sessionward-source', 'import', 'default']
const root = join(import.meta.dirname, '..')

/** Largest size of the client's core on the wire, in bytes: minified, gzip level 9. */
const clientBudget = 5000

const foreign = [
  { what: 'a module of node', pattern: /^node:/ },
  { what: 'a signer', pattern: /\/jose\/dist\/.*(\/sign\.js|encrypt|generate)|sign-access-token/ },
  { what: 'a driver', pattern: /packages\/server\/|libsql|node:sqlite|@node-rs|\/(pg|mysql2|mongodb|ioredis)\// },
  { what: 'a framework', pattern: /(^|\/)node_modules\/(express|hono|@hono)\// },
]

test.each(['guard', 'client'])(
  '%s alone brings no module of node, no signer, no driver and no framework',
  async (name) => {
    const { modules } = await bundle(join(root, `packages/${name}/src/index.ts`))

    const found = foreign.flatMap(({ what, pattern }) =>
      modules.filter((m) => pattern.test(m)).map((m) => `${what}: ${m}`),
    )

    expect(modules.length).toBeGreaterThan(0)
    expect(found).toEqual([])
  },
)

test('client alone brings nothing but itself and protocol', async () => {
  const { modules } = await bundle(join(root, 'packages/client/src/index.ts'))

  expect(modules.filter((m) => !/^packages\/(client|protocol)\/src\//.test(m))).toEqual([])
})

test(`client is at most ${clientBudget} bytes, minified and gzipped`, async () => {
  const { code } = await bundle(join(root, 'packages/client/src/index.ts'))

  expect(code).not.toBe('')
  expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(clientBudget)
})

test('the server, which has all of them, is refused', async () => {
  const server = join(root, 'packages/server/src')
  const { modules } = await bundle([join(server, 'index.ts'), join(server, 'adapters/node.ts')])

  const kinds = foreign.filter(({ pattern }) => modules.some((m) => pattern.test(m))).map(({ what }) => what)

  expect(kinds).toEqual(foreign.map(({ what }) => what))
})

/** Modules that are left after tree shaking, and imports that stay outside, as paths from the root. */
async function bundle(input: string | string[]): Promise<{ code: string; modules: string[] }> {
  const built = await rolldown({ input, platform: 'neutral', resolve: { conditionNames }, onLog: () => {} })
  const { output } = await built.generate({ format: 'esm', minify: true })
  await built.close()
  const chunks = output.filter((o) => o.type === 'chunk')
  return {
    code: chunks.map((c) => c.code).join(''),
    modules: chunks.flatMap((c) => [
      ...Object.entries(c.modules).flatMap(([id, m]) => (m.renderedLength > 0 ? [id.replace(`${root}/`, '')] : [])),
      ...[...c.imports, ...c.dynamicImports].filter((name) => !output.some((o) => o.fileName === name)),
    ]),
  }
}
