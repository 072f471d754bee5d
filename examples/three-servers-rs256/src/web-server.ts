import { readFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { fileURLToPath } from 'node:url'
import { onlyOwnHost } from '@sessionward/example-harness'
import express from 'express'
import { createServer } from 'vite'
import { type Controls, controls } from './controls.js'

export interface WebServer {
  readonly listener: RequestListener
  close(): Promise<void>
}

const pages: Readonly<Record<string, string>> = { '/': 'index.html', '/sign-in': 'sign-in.html' }

/** The page, by Vite as a team has it in development, and what its buttons do to the servers. */
export async function startWebServer(parts: Controls): Promise<WebServer> {
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
  const { servers, accounts, lifetimes } = parts
  const urls = Object.fromEntries(Object.entries(servers).map(([name, { url }]) => [name, url]))
  // Inside a script element only `<` could end it early.
  const config = JSON.stringify({ ...urls, accounts, lifetimes }).replaceAll('<', '\\u003c')

  const app = express().disable('x-powered-by').disable('etag')
  app.use(onlyOwnHost(parts.page))
  app.use('/control', controls(parts))
  for (const [path, file] of Object.entries(pages)) {
    app.get(path, async (_request, response) => {
      const html = await readFile(`${root}${file}`, 'utf8')
      response.set({ 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' })
      response.send(html.replace('id="config">{}', () => `id="config">${config}`))
    })
  }
  app.use(vite.middlewares)
  return { listener: app, close: () => vite.close() }
}
