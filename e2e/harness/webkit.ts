import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { ProvidedContext } from 'vitest'
import { WebDriverSession } from './webdriver.js'

/**
 * WebKitGTK behind the few methods of Playwright that the stories of the client need: Playwright itself drives only a WebKit of
 * its own. A method that is missing here throws, so that no story passes without doing what it says.
 *
 * @param driver path of WebKitWebDriver
 */
export function launchWebKit(driver: string, { browser, display }: ProvidedContext['webkit']): Browser {
  const contexts = new Set<WebKitContext>()
  return complete<Browser>('browser', {
    isConnected: () => true,
    newContext: async () => {
      const context = await WebKitContext.open(driver, browser, display)
      contexts.add(context)
      return complete<BrowserContext>('context', context)
    },
    close: async () => {
      for (const context of contexts) await context.close()
    },
  })
}

/** A driver, its browser, and their storage, which is in memory. */
class WebKitContext {
  readonly #session: WebDriverSession
  readonly #driver: ChildProcess
  #hasPage = false

  private constructor(session: WebDriverSession, driver: ChildProcess) {
    this.#session = session
    this.#driver = driver
  }

  static async open(path: string, miniBrowser: string, display: string): Promise<WebKitContext> {
    const port = await freePort()
    const driver = spawn(path, [`--port=${port}`], { env: { ...process.env, DISPLAY: display }, stdio: 'ignore' })
    const options = { binary: miniBrowser, args: ['--automation'] }
    const session = await WebDriverSession.open(`http://127.0.0.1:${port}`, { 'webkitgtk:browserOptions': options })
    return new WebKitContext(session, driver)
  }

  async newPage(): Promise<Page> {
    const window = this.#hasPage ? await this.#session.newWindow() : await this.#session.firstWindow()
    this.#hasPage = true
    return complete<Page>('page', new WebKitPage(this.#session, window))
  }

  async close(): Promise<void> {
    await this.#session.close().catch(() => {})
    this.#driver.kill()
  }
}

interface WaitOptions {
  readonly timeout?: number
  readonly polling?: number
}

class WebKitPage {
  readonly #session: WebDriverSession
  readonly #window: string
  readonly #initScripts: string[] = []
  #url = 'about:blank'
  #evaluations = 0

  constructor(session: WebDriverSession, window: string) {
    this.#session = session
    this.#window = window
  }

  /** Run once a page has been loaded, not before its own scripts: only for pages that have none. */
  async addInitScript({ content }: { readonly content: string }): Promise<void> {
    this.#initScripts.push(content)
  }

  async addScriptTag({ content }: { readonly content: string }): Promise<void> {
    await this.#session.execute(this.#window, `(0, eval)(arguments[0])`, [content])
  }

  async goto(url: string): Promise<void> {
    await this.#session.navigate(this.#window, url)
    await this.#arrive()
  }

  async reload(): Promise<void> {
    await this.#session.reload(this.#window)
    await this.#arrive()
  }

  async goBack(): Promise<void> {
    await this.#session.back(this.#window)
    await this.#arrive()
  }

  /** As of the latest navigation or wait. */
  url(): string {
    return this.#url
  }

  title(): Promise<unknown> {
    return this.#session.execute(this.#window, 'return document.title')
  }

  async click(selector: string): Promise<void> {
    await this.waitForSelector(selector)
    await this.#session.click(this.#window, selector)
  }

  async fill(selector: string, text: string): Promise<void> {
    await this.waitForSelector(selector)
    await this.#session.fill(this.#window, selector, text)
  }

  /** The result of a function in the page, awaited by asking for it: tabs may wait for each other. */
  async evaluate(run: (arg: unknown) => unknown, arg?: unknown): Promise<unknown> {
    const id = `evaluation${++this.#evaluations}`
    const start = `
      const [id, arg] = arguments
      const done = (value) => { window[id] = { done: true, ...value } }
      window[id] = { done: false }
      Promise.resolve().then(() => (${run})(arg)).then(
        (value) => done({ value: value === undefined ? null : value, isUndefined: value === undefined }),
        (error) => done({ error: String(error) + '\\n' + error?.stack }),
      )`
    await this.#session.execute(this.#window, start, [id, arg ?? null])
    for (;;) {
      const state = (await this.#session.execute(
        this.#window,
        `const state = window[arguments[0]]; if (state?.done) delete window[arguments[0]]; return state ?? null`,
        [id],
      )) as { done: boolean; value?: unknown; isUndefined?: boolean; error?: string } | null
      if (state === null) throw new Error('the page was left before the function had returned')
      if (state.error !== undefined) throw new Error(state.error)
      if (state.done) return state.isUndefined ? undefined : state.value
      await sleep(10)
    }
  }

  async waitForFunction(run: (arg: unknown) => unknown, arg?: unknown, options: WaitOptions = {}): Promise<void> {
    const end = Date.now() + (options.timeout ?? 30_000)
    for (;;) {
      const value = await this.#session
        .execute(this.#window, `return Boolean((${run})(arguments[0]))`, [arg ?? null])
        .catch(() => false)
      if (value === true) break
      if (Date.now() > end) throw new Error(`waited in vain for ${run}`)
      await sleep(options.polling ?? 20)
    }
    this.#url = await this.#session.url(this.#window)
  }

  waitForSelector(selector: string): Promise<void> {
    return this.waitForFunction((wanted) => document.querySelector(String(wanted)) !== null, selector)
  }

  async close(): Promise<void> {
    await this.#session.closeWindow(this.#window)
  }

  async #arrive(): Promise<void> {
    for (const script of this.#initScripts) await this.addScriptTag({ content: script })
    this.#url = await this.#session.url(this.#window)
  }
}

/** The object as a type of Playwright. What it lacks throws when it is used. */
function complete<T extends object>(name: string, object: object): T {
  return new Proxy(object, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target)
      // Not `then`: an object that is awaited is asked for it.
      if (value === undefined && typeof key === 'string' && key !== 'then')
        throw new Error(`${name}.${key} is not there in WebKit`)
      return typeof value === 'function' ? value.bind(target) : value
    },
  }) as T
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
