import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Middleware } from 'koa'
import { createServer } from 'vite'

export interface WebServer {
  readonly serve: Middleware
  close(): Promise<void>
}

/** The page, by Vite as a team has it in development. */
export async function startWebServer(config: object): Promise<WebServer> {
  const root = fileURLToPath(new URL('../web/', import.meta.url))
  const vite = await createServer({
    root,
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    // The sources of this repository, so that no build is needed.
    resolve: { conditions: ['sessionward-source', 'module', 'browser', 'development'] },
    server: { middlewareMode: true, hmr: false, ws: false, fs: { allow: [`${root}../../..`] } },
  })
  // Inside a script element only `<` could end it early.
  const json = JSON.stringify(config).replaceAll('<', '\\u003c')
  return {
    async serve(context) {
      if (context.path === '/') {
        const html = await readFile(`${root}index.html`, 'utf8')
        context.set('Cache-Control', 'no-store')
        context.type = 'html'
        context.body = html.replace('id="config">{}', () => `id="config">${json}`)
        return
      }
      context.respond = false
      vite.middlewares(context.req, context.res, () => context.res.writeHead(404).end())
    },
    close: () => vite.close(),
  }
}
