import { readFile } from 'node:fs/promises'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { createServer } from 'vite'

export interface WebServer {
  /** Leaves the paths of servers to them. */
  readonly handle: (request: IncomingMessage, response: ServerResponse, next: () => void) => void
  close(): Promise<void>
}

export interface WebServerOptions {
  /** Hot updates go through it. */
  readonly server: Server
  /** The configuration of the page, in the element `config`. */
  readonly config: object
  /** Default: `web/` of this example. */
  readonly root?: string | undefined
}

const ofServers = /^\/(api|auth|demo|docs|\.well-known)(-json|-yaml)?(\/|$)/

/** The single page, by Vite as a team has it in development: hot updates included. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { server, root = fileURLToPath(new URL('../web/', import.meta.url)) } = options
  const vite = await createServer({
    root,
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    plugins: [vue()],
    // The sources of this repository, so that no build is needed; and one copy of what this repository has two of.
    resolve: {
      conditions: ['sessionward-source', 'module', 'browser', 'development'],
      dedupe: ['vue', 'vue-router', 'pinia'],
    },
    // All that there are, in a folder that belongs to this page: one that is found later would load the page anew.
    optimizeDeps: { include: ['vue', 'vue-router', 'pinia', 'axios'], noDiscovery: true },
    cacheDir: `${root}/node_modules/.vite`,
    server: {
      middlewareMode: true,
      hmr: { server },
      fs: { allow: [fileURLToPath(new URL('../../..', import.meta.url))] },
    },
  })
  // Inside a script element only `<` could end it early.
  const config = JSON.stringify(options.config).replaceAll('<', '\\u003c')
  const sendPage = async (url: string, response: ServerResponse) => {
    const html = await vite.transformIndexHtml(url, await readFile(`${root}/index.html`, 'utf8'))
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' })
    response.end(html.replace('id="config">{}', () => `id="config">${config}`))
  }
  return {
    handle(request, response, next) {
      const url = request.url ?? '/'
      const [path = '/'] = url.split('?')
      if (ofServers.test(path)) return next()
      // The router of the page knows its paths; everything else has a dot or an at sign.
      if (/^\/[\w/-]*$/.test(path)) return void sendPage(url, response).catch(() => response.writeHead(500).end())
      vite.middlewares(request, response, () => response.writeHead(404).end())
    },
    close: () => vite.close(),
  }
}
