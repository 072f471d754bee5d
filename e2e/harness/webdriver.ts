import { setTimeout as sleep } from 'node:timers/promises'

/** A value that is a reference to an element (WebDriver, section 12.2). */
const elementKey = 'element-6066-11e4-a52e-4f735466cecf'

/** One session of a driver: the commands of WebDriver (W3C) that stories need. A window is a tab. */
export class WebDriverSession {
  readonly #url: string
  /** Commands of a session run one at a time, and each window has to be made the current one first. */
  #last: Promise<unknown> = Promise.resolve()

  private constructor(url: string) {
    this.#url = url
  }

  /** @param driver address of the driver, which may have just started. */
  static async open(driver: string, capabilities: object): Promise<WebDriverSession> {
    for (let attempt = 0; ; attempt++) {
      try {
        const body = { capabilities: { alwaysMatch: capabilities } }
        const { sessionId } = (await send(`${driver}/session`, 'POST', body)) as { readonly sessionId: string }
        return new WebDriverSession(`${driver}/session/${sessionId}`)
      } catch (error) {
        // Not listening yet.
        if (attempt === 100 || !(error instanceof TypeError)) throw error
        await sleep(100)
      }
    }
  }

  async newWindow(): Promise<string> {
    const { handle } = (await this.#enqueue(() => this.#post('window/new', { type: 'tab' }))) as { handle: string }
    return handle
  }

  firstWindow(): Promise<string> {
    return this.#enqueue(() => this.#get('window')) as Promise<string>
  }

  navigate(window: string, url: string): Promise<unknown> {
    return this.#in(window, () => this.#post('url', { url }))
  }

  reload(window: string): Promise<unknown> {
    return this.#in(window, () => this.#post('refresh', {}))
  }

  back(window: string): Promise<unknown> {
    return this.#in(window, () => this.#post('back', {}))
  }

  url(window: string): Promise<string> {
    return this.#in(window, () => this.#get('url')) as Promise<string>
  }

  /** Runs the body of a function, which must not wait: other windows have to. */
  execute(window: string, script: string, args: readonly unknown[] = []): Promise<unknown> {
    return this.#in(window, () => this.#post('execute/sync', { script, args }))
  }

  click(window: string, selector: string): Promise<unknown> {
    return this.#in(window, async () => this.#post(`element/${await this.#find(selector)}/click`, {}))
  }

  fill(window: string, selector: string, text: string): Promise<unknown> {
    return this.#in(window, async () => {
      const element = await this.#find(selector)
      await this.#post(`element/${element}/clear`, {})
      return await this.#post(`element/${element}/value`, { text })
    })
  }

  /** A session ends with its last window, so that gets a successor. */
  closeWindow(window: string): Promise<unknown> {
    return this.#in(window, async () => {
      const handles = (await this.#get('window/handles')) as readonly string[]
      if (handles.length === 1) await this.#post('window/new', { type: 'tab' })
      const [next] = (await send(`${this.#url}/window`, 'DELETE')) as readonly string[]
      // Without a current window there is no new one.
      await this.#post('window', { handle: next })
    })
  }

  close(): Promise<unknown> {
    return this.#enqueue(() => send(this.#url, 'DELETE'))
  }

  async #find(selector: string): Promise<string> {
    const found = await this.#post('element', { using: 'css selector', value: selector })
    return (found as Record<string, string>)[elementKey]!
  }

  #in(window: string, command: () => Promise<unknown>): Promise<unknown> {
    return this.#enqueue(async () => {
      await this.#post('window', { handle: window })
      return await command()
    })
  }

  #enqueue<T>(command: () => Promise<T>): Promise<T> {
    const result = this.#last.then(command, command)
    this.#last = result
    return result
  }

  #post(path: string, body: object): Promise<unknown> {
    return send(`${this.#url}/${path}`, 'POST', body)
  }

  #get(path: string): Promise<unknown> {
    return send(`${this.#url}/${path}`, 'GET')
  }
}

async function send(url: string, method: string, body?: object): Promise<unknown> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) })
  const { value } = (await response.json()) as {
    readonly value: { readonly error?: string; readonly message?: string }
  }
  if (!response.ok) throw new Error(`WebDriver: ${value.error}: ${value.message}`)
  return value
}
