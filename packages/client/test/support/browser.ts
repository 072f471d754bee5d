import type { Channel } from '../../src/environment.js'
import { type Client, type ClientOptions, createClient, type Environment } from '../../src/index.js'
import type { Vault, VaultRecord } from '../../src/vault/vault.js'
import { memoryVault } from './memory-vault.js'

/**
 * A browser for Node, which has no tabs, Web Locks, IndexedDB or cookie jar. HTTP is real; these are stand-ins, and what
 * real browsers do with locks, storage and sleep is seen in the stories of e2e/.
 *
 * One `TestBrowser` is one profile: its tabs share a vault, a jar, locks and channels.
 */
export class TestBrowser {
  readonly jar = new Map<string, string>()
  readonly #vaults = new Map<string, Vault<unknown>>()
  readonly #channels = new Map<string, Set<Channel>>()
  readonly #locks = new Map<string, TestLock>()
  readonly tabs: TestTab[] = []
  /** What its pages remember outside the vaults. */
  readonly remembered = new Map<string, string>()

  open(options: Omit<ClientOptions, 'environment'>, facts: TabFacts = {}): TestTab {
    const tab = new TestTab(this, options, facts)
    this.tabs.push(tab)
    return tab
  }

  /** The `Cookie` header. */
  cookies(): string {
    return [...this.jar].map((pair) => pair.join('=')).join('; ')
  }

  /** Takes `Set-Cookie` headers. */
  setCookies(lines: readonly string[]): void {
    for (const line of lines) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=')
      if (/; Max-Age=0/i.test(line)) this.jar.delete(name)
      else this.jar.set(name, value)
    }
  }

  close(): void {
    for (const tab of this.tabs) tab.client.destroy()
  }

  vault<T = VaultRecord>(name: string): Vault<T> {
    const vault = this.#vaults.get(name) ?? memoryVault()
    this.#vaults.set(name, vault)
    return vault as Vault<T>
  }

  lock(name: string): TestLock {
    const lock = this.#locks.get(name) ?? new TestLock()
    this.#locks.set(name, lock)
    return lock
  }

  channel(name: string, deliver: (later: () => void) => boolean): Channel {
    const peers = this.#channels.get(name) ?? new Set<Channel>()
    this.#channels.set(name, peers)
    const channel: Channel = {
      onmessage: null,
      postMessage: (message: unknown) => {
        for (const peer of peers) {
          if (peer === channel) continue
          const data = structuredClone(message)
          setImmediate(() => peers.has(peer) && peer.onmessage?.call(peer as never, { data } as MessageEvent))
        }
      },
      close: () => void peers.delete(channel),
    }
    const guarded: Channel = {
      ...channel,
      postMessage(message) {
        const call = () => channel.postMessage(message)
        if (deliver(call)) call()
      },
      set onmessage(listener) {
        channel.onmessage =
          listener &&
          ((event) => {
            const call = () => listener.call(channel as never, event)
            if (deliver(call)) call()
          })
      },
      get onmessage() {
        return channel.onmessage
      },
    }
    peers.add(channel)
    return guarded
  }
}

export interface TabFacts {
  readonly locks?: boolean
  readonly channel?: boolean
  /** Instead of the browser's. */
  readonly openVault?: Environment['openVault']
  readonly page?: string | undefined
}

/** One tab: a client in an environment whose clocks, timers, visibility and connection a test can move. */
export class TestTab {
  readonly client: Client
  readonly environment: Environment
  visible = true
  online = true
  /** A frozen tab receives and sends no messages until it thaws. */
  frozen = false
  readonly #missed: (() => void)[] = []
  #monotonic = 0
  #wall = 0
  readonly #timers = new Set<{ at: number; call: () => void; timer: ReturnType<typeof setTimeout> }>()
  readonly #wakers = new Set<() => void>()
  readonly #hiders = new Set<() => void>()

  constructor(browser: TestBrowser, options: Omit<ClientOptions, 'environment'>, facts: TabFacts) {
    const deliver = (later: () => void) => {
      if (this.frozen) this.#missed.push(later)
      return !this.frozen
    }
    const environment: Environment = {
      page: 'page' in facts ? facts.page : 'http://127.0.0.1:1',
      locks:
        facts.locks === false
          ? undefined
          : { request: (name: string, ...rest: unknown[]) => browser.lock(name).request(rest) },
      monotonic: () => performance.now() + this.#monotonic,
      wall: () => Date.now() + this.#wall,
      after: (milliseconds, call) => {
        const entry = { at: environment.monotonic() + milliseconds, call, timer: setTimeout(() => run(), milliseconds) }
        const run = () => {
          clearTimeout(entry.timer)
          if (this.#timers.delete(entry)) call()
        }
        entry.call = run
        this.#timers.add(entry)
        return () => {
          clearTimeout(entry.timer)
          this.#timers.delete(entry)
        }
      },
      fetch: async (request) => {
        const withCookies = request.credentials === 'include' && browser.jar.size > 0
        // Node leaves the header to us; a browser would not let a script set it.
        if (withCookies) request.headers.set('Cookie', browser.cookies())
        const response = await fetch(request)
        if (request.credentials === 'include') browser.setCookies(response.headers.getSetCookie())
        return response
      },
      visible: () => this.visible,
      online: () => this.online,
      onWake: (call, signal) => {
        this.#wakers.add(call)
        signal.addEventListener('abort', () => this.#wakers.delete(call))
      },
      onHide: (call, signal) => {
        this.#hiders.add(call)
        signal.addEventListener('abort', () => this.#hiders.delete(call))
      },
      remember: (key, text) => void browser.remembered.set(key, text),
      recall: (key) => browser.remembered.get(key),
      openChannel: (name) => (facts.channel === false ? undefined : browser.channel(name, deliver)),
      openVault: facts.openVault ?? ((name) => browser.vault(name)),
    }
    this.environment = environment
    // Each tab has a global object of its own; Node has one. The registry is tested where it is meant.
    const registry = globalThis as { [key: symbol]: Map<string, unknown> | undefined }
    registry[Symbol.for('sessionward.clients')]?.clear()
    this.client = createClient({ ...options, environment })
  }

  /** Moves both clocks, and runs the timers that are due then. `asleep`: the monotonic clock stood still. */
  pass(milliseconds: number, how: 'awake' | 'asleep' = 'awake'): void {
    this.#wall += milliseconds
    if (how === 'asleep') return
    this.#monotonic += milliseconds
    for (const entry of [...this.#timers]) if (entry.at <= this.environment.monotonic()) entry.call()
  }

  /** Timers that run, and listeners to what the page goes through. */
  holds(): { readonly timers: number; readonly listeners: number } {
    return { timers: this.#timers.size, listeners: this.#wakers.size + this.#hiders.size }
  }

  setWallClock(milliseconds: number): void {
    this.#wall += milliseconds
  }

  /** Hears and says at once, oldest first, what it has missed. */
  thaw(): void {
    this.frozen = false
    for (const call of this.#missed.splice(0)) call()
  }

  /** The listeners that are called before a page is frozen or closed. */
  hide(): void {
    for (const hider of [...this.#hiders]) hider()
  }

  wake(): void {
    for (const waker of this.#wakers) waker()
  }
}

interface Waiting {
  readonly run: () => void
  readonly reject: (reason: unknown) => void
}

/** What the Web Locks API does with one name: first come first served, `signal` while waiting, `steal`. */
export class TestLock {
  #holder: { reject: (reason: unknown) => void } | undefined
  #queue: Waiting[] = []

  request(rest: unknown[]): Promise<unknown> {
    const callback = rest.at(-1) as () => unknown
    const { signal, steal } = (rest.length > 1 ? rest[0] : {}) as LockOptions
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const holder = { reject }
      const run = () => {
        this.#holder = holder
        Promise.resolve(callback())
          .then(resolve, reject)
          .finally(() => this.#release(holder))
      }
      if (steal) {
        this.#holder?.reject(new DOMException('The lock was stolen.', 'AbortError'))
        return run()
      }
      const entry: Waiting = { run, reject }
      signal?.addEventListener('abort', () => {
        if (!this.#queue.includes(entry)) return
        this.#queue = this.#queue.filter((one) => one !== entry)
        reject(signal.reason)
      })
      this.#queue.push(entry)
      setTimeout(() => this.#next(), 0)
    })
  }

  #next(): void {
    if (this.#holder) return
    this.#queue.shift()?.run()
  }

  #release(holder: object): void {
    if (this.#holder !== holder) return
    this.#holder = undefined
    // The next holder is granted the lock after it has received the messages sent before.
    setImmediate(() => setImmediate(() => this.#next()))
  }
}
