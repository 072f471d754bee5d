// @ts-check
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'

const packages = join(import.meta.dirname, '../packages')

/**
 * Bundles the client and the script of the interstitial into one file of the guard, which cannot import the client: they are
 * two sides of a trust boundary. From the sources, so that tests need no build.
 */
export async function buildPageScript() {
  const built = await rolldown({
    input: join(packages, 'client/src/page/interstitial-script.ts'),
    platform: 'browser',
    resolve: { conditionNames: ['sessionward-source', 'import', 'default'] },
    transform: { target: 'es2020' },
  })
  await built.write({ file: join(packages, 'guard/dist/page/continue.min.js'), format: 'iife', minify: true })
  await built.close()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildPageScript()
