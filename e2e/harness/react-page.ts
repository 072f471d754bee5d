import { join } from 'node:path'
import type { System, SystemOptions } from '@sessionward/example-harness'
import { protect } from '@sessionward/guard/express'
import express from 'express'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { rolldown } from 'rolldown'
import type * as entry from './react-entry.js'
import { openContext } from './story.js'
import { openSystem } from './system.js'

declare global {
  interface Window {
    app: typeof entry
  }
}

export interface ReactSite {
  readonly system: System
  readonly context: BrowserContext
  readonly page: Page
  /** The subjects of the requested orders and the answers, in order. */
  readonly calls: { readonly subject: string | undefined; readonly status: number }[]
  /** What each document of the site is. Default: one that loads the script. */
  html: () => string | Promise<string>
  /** What `/page.js` is. Default: react-entry.tsx. */
  script: string
}

/** A site of examples/react with an auth server of its own. Its script is `app` on every page. */
export async function openReactSite(browser: Browser, options?: SystemOptions): Promise<ReactSite> {
  const system = await openSystem(options)
  const context = await openContext(browser)
  const page = await context.newPage()
  const site: ReactSite = { system, context, page, calls: [], html: () => blank, script: await bundledEntry() }
  const app = express()
  app.get('/orders', (_, response, next) => {
    response.on('finish', () => site.calls.push({ subject: response.locals.subject, status: response.statusCode }))
    next()
  })
  app.get('/orders', protect(system.api.guard), ({ auth }, response) => {
    response.locals.subject = auth.subject
    response.json({ orders: [`Order of ${auth.subject}`], of: auth.subject })
  })
  app.get('/page.js', (_, response) => {
    response.type('js').send(`window.authServer = ${JSON.stringify(system.auth.url)}; ${site.script}`)
  })
  app.get('/{*path}', async (_, response) => {
    response
      .set('Cache-Control', 'no-store')
      .type('html')
      .send(await site.html())
  })
  system.page.serve(app)
  return site
}

const blank = `<!doctype html><html lang="en"><title>Orders</title><link rel="icon" href="data:,">
  <body><script src="/page.js"></script></body></html>`

/** Opens a page of the site, and renders a part of it. */
export async function render(
  { page, system }: ReactSite,
  name: 'renderApp' | 'renderReaders' | 'renderField' | 'renderEager' | 'renderGreeting',
): Promise<void> {
  await page.goto(system.page.url)
  await page.evaluate((name) => void window.app[name](), name)
}

let bundle: Promise<string> | undefined

function bundledEntry(): Promise<string> {
  bundle ??= buildReactScript('e2e/harness/react-entry.tsx')
  return bundle
}

/** A file of the repository as a classic script that defines `app`. React is that of development, as StrictMode needs it. */
export async function buildReactScript(file: string): Promise<string> {
  const addresses = {
    name: 'addresses',
    transform: (code: string) =>
      code
        .replaceAll("'https://auth.example.com'", 'globalThis.authServer')
        .replaceAll("'https://api.example.com'", 'location.origin'),
  }
  const built = await rolldown({
    input: join(import.meta.dirname, '../..', file),
    platform: 'browser',
    resolve: { conditionNames: ['sessionward-source', 'browser', 'import', 'default'] },
    transform: { define: { 'process.env.NODE_ENV': '"development"' } },
    plugins: [addresses],
    onLog: () => {},
  })
  const { output } = await built.generate({ format: 'iife', name: 'app' })
  await built.close()
  return output[0].code
}
