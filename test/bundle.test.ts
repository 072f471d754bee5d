import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { parseSync, transformSync } from 'rolldown/utils'
import { expect, test } from 'vitest'
import { buildScriptTag } from '../scripts/script-tag.mjs'

// What someone gets who builds one package alone for an edge runtime or a browser, in production: never `node`.
const conditionNames = ['sessionward-source', 'import', 'production', 'default']
const root = join(import.meta.dirname, '..')

/**
 * Largest size of the client's core on the wire, in bytes: minified, gzip level 9. Counted is what a page loads before
 * it can sign in: the first chunk and what that imports statically. What is behind `import()` comes later, or not at all:
 * what reads a refused answer comes with the first answer; the lease, the event stream and the count of refused fresh
 * tokens only where they are needed.
 */
const clientBudget = 7677

/** Largest size of what `attachAxios` adds to that. Nothing of axios is in it. */
const axiosBudget = 989

/** Largest size of what `attachJQuery` adds to that. Nothing of jQuery is in it. */
const jqueryBudget = 998

/** Largest size of what the React binding adds to that. Nothing of React is in it. */
const reactBudget = 1069

/** Largest sizes of what each of these adds to that. Nothing of Vue, Pinia or Vue Router is in them. */
const vueBudget = 1047
const piniaBudget = 920
const vueRouterBudget = 1786

/** Largest size of the script for pages without a bundler, in which nothing is left to be loaded later. */
const scriptTagBudget = 25_715

/**
 * What it should be. What is still above it keeps somebody signed in or lets a request wait instead of failing, so the wall
 * stands at what that needs.
 */
const clientAim = 5000

const foreign = [
  { what: 'a module of node', pattern: /^node:/ },
  { what: 'a signer', pattern: /\/jose\/dist\/.*(\/sign\.js|encrypt|generate)|sign-access-token/ },
  { what: 'a driver', pattern: /packages\/server\/|libsql|node:sqlite|@node-rs|\/(pg|mysql2|mongodb|ioredis)\// },
  { what: 'a framework', pattern: /(^|\/)node_modules\/(express|hono|@hono|koa|fastify|@nestjs|next)\// },
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

test('client built for production brings no sentences about its options', async () => {
  const { modules } = await bundle(join(root, 'packages/client/src/index.ts'))

  expect(modules.filter((m) => /option-(checks|hint|names)/.test(m))).toEqual([
    'packages/client/src/option-names.production.ts',
    'packages/client/src/option-checks.production.ts',
  ])
})

test.each(['packages/client/src/index.ts', 'examples/first-route/app.js'])(
  '%s uses no envelope, and brings neither that nor its messages',
  async (entry) => {
    const { modules } = await bundle(join(root, entry))

    expect(modules.filter((m) => m.startsWith('packages/protocol/')).length).toBeGreaterThan(0)
    expect(modules.filter((m) => /envelope|messages/.test(m))).toEqual([])
  },
)

test(`client is at most ${clientBudget} bytes, minified and gzipped (the aim is ${clientAim})`, async () => {
  const { first } = await bundle(join(root, 'packages/client/src/index.ts'))

  const { length } = gzipSync(first, { level: 9 })
  console.log(`client: ${length} bytes`)
  expect(first).toContain('createClient')
  expect(length).toBeLessThanOrEqual(clientBudget)
})

test.each([
  ['attachAxios', 'client-with-axios', axiosBudget],
  ['attachJQuery', 'client-with-jquery', jqueryBudget],
])('%s with %s adds at most %i bytes, and nothing of the library', async (name, file, budget) => {
  const source = join(root, 'packages/client/src')
  const size = async (entry: string) => gzipSync((await bundle(entry)).first, { level: 9 }).length
  const both = join(root, `test/${file}.ts`)

  const added = (await size(both)) - (await size(join(source, 'index.ts')))
  const { modules } = await bundle(both)

  console.log(`${name}: ${added} bytes`)
  expect(added).toBeLessThanOrEqual(budget)
  expect(modules.filter((m) => !/^(packages\/(client|protocol)\/src|test)\//.test(m))).toEqual([])
})

test.each([
  ['AuthProvider', 'react', ['react'], reactBudget],
  ['authPlugin', 'vue', ['vue'], vueBudget],
  ['defineAuthStore', 'pinia', ['pinia', 'vue'], piniaBudget],
  ['guardRoutes', 'vue-router', [], vueRouterBudget],
])('%s of %s imports %j, and adds at most %i bytes', async (name, file, libraries, budget) => {
  const libraryNames = ['react', 'vue', 'pinia', 'vue-router']
  const both = await bundle(join(root, `test/client-with-${file}.ts`), libraryNames)
  const alone = await bundle(join(root, 'packages/client/src/index.ts'))

  const [size, without] = [both, alone].map(({ first }) => gzipSync(first, { level: 9 }).length)
  const added = size! - without!

  console.log(`${name}: ${added} bytes`)
  expect(added).toBeLessThanOrEqual(budget)
  expect(both.modules.filter((m) => !/^(packages\/(client|protocol)\/src|test)\//.test(m)).sort()).toEqual(libraries)
})

test(`the script for pages without a bundler is one file of at most ${scriptTagBudget} bytes`, async () => {
  const code = await buildScriptTag()

  const { length } = gzipSync(code, { level: 9 })
  console.log(`sessionward.min.js: ${length} bytes`)
  expect(length).toBeLessThanOrEqual(scriptTagBudget)
  expect(parseSync('a.js', code).module).toMatchObject({ dynamicImports: [], staticImports: [] })
})

test('its syntax is that of 2020: nothing is left that would have to be put in older words', async () => {
  const code = await buildScriptTag()
  const rewritten = (target: string, code: string) => transformSync('a.js', code, { target }).code

  expect(rewritten('es2020', code)).toBe(rewritten('esnext', code))
  expect(rewritten('es2020', 'a ??= b')).not.toBe(rewritten('esnext', 'a ??= b'))
})

test('the server, which has all of them, is refused', async () => {
  const server = join(root, 'packages/server/src')
  const { modules } = await bundle([join(server, 'index.ts'), join(server, 'adapters/node.ts')])

  const kinds = foreign.filter(({ pattern }) => modules.some((m) => pattern.test(m))).map(({ what }) => what)

  expect(kinds).toEqual(foreign.map(({ what }) => what))
})

/**
 * The code that is loaded first, and of all chunks the modules that are left after tree shaking and the imports that
 * stay outside, as paths from the root.
 */
async function bundle(
  input: string | string[],
  external: string[] = [],
): Promise<{ first: string; modules: string[] }> {
  const built = await rolldown({ input, external, platform: 'neutral', resolve: { conditionNames }, onLog: () => {} })
  // Without hashes, with which a change of a lazy chunk would change the size of the first.
  const { output } = await built.generate({ format: 'esm', minify: true, chunkFileNames: '[name].js' })
  await built.close()
  const chunks = output.filter((o) => o.type === 'chunk')
  const early = new Set(chunks.flatMap((c) => (c.isEntry ? c.fileName : [])))
  // A set hands out what is added to it while it is gone through.
  for (const name of early) for (const next of chunks.find((c) => c.fileName === name)?.imports ?? []) early.add(next)
  return {
    first: chunks.flatMap((c) => (early.has(c.fileName) ? c.code : [])).join(''),
    modules: chunks.flatMap((c) => [
      ...Object.entries(c.modules).flatMap(([id, m]) => (m.renderedLength > 0 ? [id.replace(`${root}/`, '')] : [])),
      ...[...c.imports, ...c.dynamicImports].filter((name) => !output.some((o) => o.fileName === name)),
    ]),
  }
}
