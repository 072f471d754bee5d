import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { RequestHandler } from 'express'
import { createServer } from 'vite'
import type { TheirAccount } from './their-backend.js'

/** The ways of this example: path of the page, and the script that makes it one. */
const entries: Readonly<Record<string, string>> = {
  '/before': '/before.ts',
  '/after': '/after.ts',
  '/auth-server': '/auth-server.ts',
  '/single-token': '/single-token.ts',
}

export interface WebServer {
  readonly handle: RequestHandler
  close(): Promise<void>
}

/** The pages, by Vite as a team has it in development. */
export async function startWebServer(accounts: readonly TheirAccount[]): Promise<WebServer> {
  const root = fileURLToPath(new URL('../web/', import.meta.url))
  const vite = await createServer({
    root,
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    // The sources of this repository, so that no build is needed.
    resolve: { conditions: ['sessionward-source', 'module', 'browser', 'development'] },
    // The page is also opened under the name or the address of this machine.
    server: { middlewareMode: true, hmr: false, ws: false, allowedHosts: true, fs: { allow: [`${root}../../..`] } },
  })
  // Inside a script element only `<` could end it early.
  const config = JSON.stringify({ accounts }).replaceAll('<', '\\u003c')
  const page = async (path: string) => {
    if (path === '/') return await readFile(`${root}index.html`, 'utf8')
    const html = await readFile(`${root}office.html`, 'utf8')
    return html.replace('/entry.ts', entries[path]!).replace('id="config">{}', () => `id="config">${config}`)
  }
  return {
    async handle(request, response, next) {
      const { path } = request
      if (path !== '/' && !Object.hasOwn(entries, path)) return vite.middlewares(request, response, next)
      response.set({ 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' }).send(await page(path))
    },
    close: () => vite.close(),
  }
}
