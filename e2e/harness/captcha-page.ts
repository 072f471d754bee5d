import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { createClient } from '@sessionward/client'
import type { CaptchaField, captchaField } from '@sessionward/client/captcha'
import type { System } from '@sessionward/example-harness'
import type { CaptchaOptions } from '@sessionward/server'
import { requestListener } from '@sessionward/server/node'
import type { BrowserContext, Page } from 'playwright-core'
import { rolldown } from 'rolldown'
import { onTestFinished } from 'vitest'
import { openSystem } from './system.js'

declare global {
  interface Window {
    client: ReturnType<typeof createClient>
    captcha: CaptchaField
  }
}

export interface CaptchaPage {
  readonly system: System
  readonly page: Page
  /** How many challenges the page has fetched. */
  challenges(): number
  /** Writes a user name and a password, and submits. */
  signIn(password: string): Promise<void>
  /** What the form says once it says something. */
  said(): Promise<string>
}

export interface CaptchaPageOptions {
  readonly captcha: CaptchaOptions
  /** `app.test`: plain http, which browsers call insecure. Default `localhost`. */
  readonly pageHost?: string
  /** Options of the field, as JSON. */
  readonly field?: Partial<Parameters<typeof captchaField>[1]>
}

/** Opens a sign-in form with a captcha, on one origin with its auth server. */
export async function openCaptchaPage(context: BrowserContext, options: CaptchaPageOptions): Promise<CaptchaPage> {
  const { captcha, pageHost = 'localhost', field = {} } = options
  const system = await openSystem({ pageHost, captcha })
  const auth = requestListener(system.auth.server)
  const script = await bundled()
  let challenges = 0
  system.page.serve((request, response) => {
    if (request.url!.startsWith('/auth/captcha')) challenges++
    if (request.url!.startsWith('/auth/')) auth(request, response)
    else if (request.url === '/page.js') response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(script)
    else response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(formPage(field))
  })
  const page = await context.newPage()
  await page.goto(system.page.url)
  const [{ username }] = system.accounts
  return {
    system,
    page,
    challenges: () => challenges,
    async signIn(password) {
      await page.getByLabel('User name').fill(username)
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
    },
    async said() {
      const alert = page.getByRole('alert').filter({ hasText: /./ })
      await alert.waitFor()
      return (await alert.textContent())!
    },
  }
}

export interface FakeService {
  readonly url: string
  /** What it answers to a check of a solution. */
  answer: object
}

/** A server that speaks the documented answers of a captcha service: its script, and its check of a solution. */
export async function openFakeService(script: string): Promise<FakeService> {
  const state = { answer: {} as object }
  const server = createServer((request, response) => {
    const isScript = request.method === 'GET'
    response.writeHead(200, { 'Content-Type': isScript ? 'text/javascript' : 'application/json' })
    response.end(isScript ? script : JSON.stringify(state.answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return Object.assign(state, { url: `http://localhost:${(server.address() as AddressInfo).port}` })
}

const formPage = (field: object) => `<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; --sessionward-accent: light-dark(#1f4fd8, #8fb3ff); }
  body { margin: 0; padding: 24px 16px; background: light-dark(#fbfaf7, #141618); color: light-dark(#1b1c1e, #eceae5);
    font: 1rem / 1.5 system-ui, sans-serif; }
  form { display: grid; gap: 4px; max-width: 400px; margin: auto; }
  input, form > button { box-sizing: border-box; width: 100%; min-height: 40px; margin-bottom: 12px; font: inherit; }
  form > button { margin-top: 12px; }
</style>
<form>
  <h1>Sign in</h1>
  <label for="username">User name</label><input id="username" name="username" autocomplete="username">
  <label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password">
  <div id="captcha"></div>
  <button>Sign in</button>
  <p role="alert"></p>
</form>
<script type="application/json" id="options">${JSON.stringify(field)}</script>
<script src="/page.js"></script>
</html>`

let bundle: Promise<string> | undefined

function bundled(): Promise<string> {
  bundle ??= build()
  return bundle
}

async function build(): Promise<string> {
  const input = join(import.meta.dirname, 'captcha-entry.ts')
  const conditionNames = ['sessionward-source', 'browser', 'import', 'default']
  const built = await rolldown({ input, platform: 'browser', resolve: { conditionNames } })
  const { output } = await built.generate({ format: 'iife', name: 'captchaPage', codeSplitting: false })
  await built.close()
  return output[0].code
}
