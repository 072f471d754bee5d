import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { System } from '@sessionward/example-harness'
import type { BrowserContext, Page } from 'playwright-core'
import { type Plugin, rolldown } from 'rolldown'
import { compileScript, compileTemplate, parse } from 'vue/compiler-sfc'

const folder = join(import.meta.dirname, '../../examples/vue')

/**
 * Serves the application of docs/vue.md as the page of a system, for all its paths. Its client and its router are
 * `window.client` and `window.router`.
 */
export async function serveVue({ auth, api, page }: System): Promise<void> {
  const code = (await bundled('app')).replaceAll('https://auth.example.com', auth.url)
  const script = code.replaceAll('https://api.example.com', api.url)
  page.serve((request, response) => {
    const isScript = request.url === '/app.js'
    response.writeHead(200, { 'Content-Type': isScript ? 'text/javascript' : 'text/html; charset=utf-8' })
    response.end(isScript ? script : html)
  })
}

/**
 * The modules that make the client and what hangs on it, as hot reload runs them again: each time as new copies, while
 * `window.instance` (of axios) and `window.router` stay.
 */
export async function hotModules({ auth, api }: System): Promise<string> {
  const code = (await bundled('hot')).replaceAll('https://auth.example.com', auth.url)
  return code.replaceAll('https://api.example.com', api.url)
}

/** Opens a path of the application. */
export async function openVue(context: BrowserContext, { page }: System, path: string): Promise<Page> {
  const tab = await context.newPage()
  await tab.goto(page.url + path)
  return tab
}

/** Fills in the form of sign-in. */
export async function signInWithForm(
  page: Page,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<void> {
  await page.getByLabel('Name').fill(username)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

const html = '<!doctype html><title>Office</title><div id="app"></div><script src="/app.js"></script>'

const entries = {
  app: `
    import { client } from '${folder}/client'
    import { router } from '${folder}/router'
    import { http } from '${folder}/shared-axios'
    Object.assign(window, { client, router, http })
    import '${folder}/main'`,
  hot: `
    import { createClient } from '@sessionward/client'
    import { attachAxios } from '@sessionward/client/axios'
    import { defineAuthStore } from '@sessionward/client/pinia'
    import { authPlugin } from '@sessionward/client/vue'
    import { guardRoutes } from '@sessionward/client/vue-router'
    import axios from 'axios'
    import { createPinia } from 'pinia'
    import { createApp } from 'vue'
    import { createMemoryHistory, createRouter } from 'vue-router'
    window.instance ??= axios.create()
    window.router ??= createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: {} }] })
    const client = createClient({
      server: 'https://auth.example.com', origins: ['https://api.example.com'], live: true,
    })
    attachAxios(window.instance, client)
    guardRoutes(window.router, client, { signIn: '/' })
    const pinia = createPinia()
    const app = createApp({ render: () => null }).use(pinia).use(authPlugin, { client, onSubjectChange() {} })
    app.mount(document.createElement('div'))
    window.status = defineAuthStore(client)(pinia).status
    window.client = client`,
}

const bundles = new Map<string, Promise<string>>()

function bundled(name: keyof typeof entries): Promise<string> {
  const known = bundles.get(name) ?? build(entries[name])
  bundles.set(name, known)
  return known
}

const entry = 'virtual:vue-page'

async function build(code: string): Promise<string> {
  const built = await rolldown({
    input: entry,
    platform: 'browser',
    resolve: {
      conditionNames: ['sessionward-source', 'browser', 'import', 'default'],
      // Of packages/client, since the examples in the documents are no packages.
      alias: {
        'vue-router': join(import.meta.dirname, '../../packages/client/node_modules/vue-router/dist/vue-router.mjs'),
      },
    },
    transform: { define: { 'process.env.NODE_ENV': '"development"', 'import.meta.hot': 'undefined' } },
    plugins: [entryPlugin(code), componentPlugin],
    onLog: () => {},
  })
  const { output } = await built.generate({ format: 'iife', name: 'vuePage' })
  await built.close()
  return output[0].code
}

const entryPlugin = (code: string): Plugin => ({
  name: 'entry',
  resolveId: (id) => (id === entry ? id : null),
  load: (id) => (id === entry ? code : null),
})

/** What the plugin of Vite does in short: a component becomes one module. */
const componentPlugin: Plugin = {
  name: 'component',
  load(id) {
    if (!id.endsWith('.vue')) return null
    const { descriptor } = parse(readFileSync(id, 'utf8'), { filename: id })
    if (descriptor.scriptSetup) {
      return { code: compileScript(descriptor, { id, inlineTemplate: true }).content, moduleType: 'ts' }
    }
    const { code } = compileTemplate({ id, filename: id, source: descriptor.template!.content })
    return { code: `${code}\nexport default { render }`, moduleType: 'ts' }
  },
}
