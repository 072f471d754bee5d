import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { worker } from './mock/worker.mjs'
import { modules } from './peers.mjs'

const fileOf = (peer) => join(import.meta.dirname, `peers/${peer}.js`)

/** What a page loads to run a peer: one classic script that defines `peer`. */
export async function scriptOf(peer) {
  const [{ code }] = await build(fileOf(peer), { format: 'iife', name: 'peer', codeSplitting: false })
  return code
}

/** Bytes on the wire: minified, gzip level 9, without axios. What is behind `import()` is loaded by few pages. */
export async function sizeOf(peer) {
  const chunks = await build(fileOf(peer), { format: 'esm' }, ['axios'])
  const early = new Set(chunks.flatMap((chunk) => (chunk.isEntry ? chunk.fileName : [])))
  // A set hands out what is added to it while it is gone through.
  for (const name of early) for (const next of chunks.find((c) => c.fileName === name)?.imports ?? []) early.add(next)
  return gzip(chunks.filter(({ fileName }) => early.has(fileName)))
}

export async function sizeOfAxios() {
  return gzip(await build(join(import.meta.dirname, 'peers/axios.js'), { format: 'esm' }))
}

/** The service worker as its package ships it, because applications copy it so. */
export const sizeOfWorker = () => gzip([{ code: readFileSync(join(modules, worker), 'utf8') }])

const gzip = (chunks) => gzipSync(chunks.map(({ code }) => code).join(''), { level: 9 }).length

async function build(input, output, external = []) {
  const built = await rolldown({
    input,
    external,
    platform: 'browser',
    // First what a package brings itself. The repository has an axios too, which may be another.
    resolve: {
      conditionNames: ['import', 'module', 'browser', 'production', 'default'],
      modules: ['node_modules', modules],
      alias: external.length > 0 ? {} : { axios: join(modules, 'axios') },
    },
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    onLog: () => {},
  })
  const generated = await built.generate({ ...output, minify: true })
  await built.close()
  return generated.output.filter(({ type }) => type === 'chunk')
}
