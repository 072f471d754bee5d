import { readFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Plugin, rolldown } from 'rolldown'

/** Configuration that is written into the page; see web/config.ts. */
export interface PageConfig {
  readonly auth: string
  readonly api: string
  readonly accessTokenLifetime: number
  readonly accounts: readonly { readonly username: string; readonly password: string }[]
}

const web = fileURLToPath(new URL('../web/', import.meta.url))

/** Serves the page. Its script is bundled from the sources once, at start. */
export async function startWebServer(config: PageConfig): Promise<RequestListener> {
  const [html, style, look, scripts] = await Promise.all([
    readFile(`${web}index.html`, 'utf8'),
    readFile(`${web}style.css`),
    readFile(fileURLToPath(import.meta.resolve('@sessionward/example-harness/look.css'))),
    bundle(),
  ])
  // Inside a script element only `<` could end it early.
  const json = JSON.stringify(config).replaceAll('<', '\\u003c')
  const page = html.replace('id="config">{}', () => `id="config">${json}`)
  const files: Files = {
    '/': ['text/html; charset=utf-8', page],
    '/style.css': ['text/css; charset=utf-8', style],
    '/look.css': ['text/css; charset=utf-8', look],
    ...scripts,
  }
  const policy =
    `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; ` +
    `connect-src ${config.auth} ${config.api}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`

  return (request, response) => {
    const file = files[new URL(request.url ?? '/', 'http://localhost').pathname]
    if (!file) return void response.writeHead(404).end()
    response.writeHead(200, {
      'Content-Type': file[0],
      'Cache-Control': 'no-store',
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
    })
    response.end(request.method === 'HEAD' ? undefined : file[1])
  }
}

type Files = Record<string, readonly [type: string, body: string | Buffer]>

/** The page's script and its chunks, by path. */
async function bundle(): Promise<Files> {
  const building = await rolldown({
    input: `${web}page.ts`,
    platform: 'browser',
    resolve: {
      conditionNames: ['sessionward-source', 'import', 'browser', 'default'],
      extensionAlias: { '.js': ['.ts', '.js'] },
    },
    plugins: [sourceText],
    logLevel: 'warn',
  })
  try {
    const { output } = await building.generate({ format: 'esm', entryFileNames: 'page.js' })
    const chunks = output.filter((file) => file.type === 'chunk')
    return Object.fromEntries(
      chunks.map(({ fileName, code }) => [`/${fileName}`, ['text/javascript; charset=utf-8', code] as const]),
    )
  } finally {
    await building.close()
  }
}

/** Makes `import text from './file.ts?source'` the text of that file: the code that the page shows is the code that it runs. */
const sourceText: Plugin = {
  name: 'source-text',
  resolveId: (id, importer) => (id.endsWith('?source') ? resolve(dirname(importer ?? ''), id) : null),
  async load(id) {
    if (!id.endsWith('?source')) return null
    const text = await readFile(id.slice(0, -'?source'.length), 'utf8')
    return { code: `export default ${JSON.stringify(text)}`, moduleType: 'js' }
  },
}
