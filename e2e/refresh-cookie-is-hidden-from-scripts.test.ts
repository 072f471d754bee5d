import { expect } from 'vitest'
import { openPageOf, requestsAtOnce, signIn } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

story(
  'with cookie transport no script of the page can find the refresh token, before or after a rotation',
  async ({ browser }) => {
    const system = await openSystem()
    const context = await openContext(browser)
    const page = await openPageOf(system, context)
    const bodies: string[] = []
    page.on('response', async (response) => {
      if (response.request().method() === 'POST') bodies.push(await response.text().catch(() => ''))
    })
    // What a script sees that listens to every message between the tabs.
    await page.evaluate(() => {
      const messages: string[] = []
      Object.assign(window, { messages })
      const post = BroadcastChannel.prototype.postMessage
      BroadcastChannel.prototype.postMessage = function (message) {
        messages.push(JSON.stringify(message))
        return post.call(this, message)
      }
    })
    await signIn(page, system.accounts[0])
    const tokens = [await refreshCookie()]
    system.expireAccessTokens()
    expect(await requestsAtOnce(page, system, 1)).toEqual([200])
    tokens.push(await refreshCookie())

    const reachable = await page.evaluate(async () => {
      const opened = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result)
          request.onerror = () => reject(request.error)
        })
      const found = [document.cookie, JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })]
      for (const { name } of await indexedDB.databases()) {
        const database = await opened(indexedDB.open(name!))
        for (const store of database.objectStoreNames) {
          found.push(JSON.stringify(await opened(database.transaction(store).objectStore(store).getAll())))
        }
      }
      const seen = new Set<unknown>()
      const walk = (value: unknown, depth: number): void => {
        if (typeof value === 'string') found.push(value)
        if (typeof value !== 'object' || value === null || depth === 0 || seen.has(value)) return
        seen.add(value)
        if (value instanceof Map || value instanceof Set) for (const member of value) walk(member, depth - 1)
        for (const key of Reflect.ownKeys(value)) {
          try {
            walk((value as Record<PropertyKey, unknown>)[key], depth - 1)
          } catch {
            // A getter that throws hides nothing that the client holds.
          }
        }
      }
      walk(window.client, 8)
      walk(Reflect.get(globalThis, Symbol.for('sessionward.clients')), 8)
      found.push(...(window as unknown as { messages: string[] }).messages)
      return found.join('\n')
    })

    // The search works: it finds what a script can find.
    expect(reachable).toContain(await page.evaluate(() => window.client.session!.id))
    expect(tokens[0]).not.toBe(tokens[1])
    for (const token of tokens) {
      expect(token).toMatch(/^[\w-]{104}$/)
      expect(reachable).not.toContain(token)
      expect(bodies.join('\n')).not.toContain(token)
    }

    async function refreshCookie(): Promise<string> {
      const cookies = (await context.cookies()).filter(({ value }) => value.length === 104)
      expect(cookies).toHaveLength(1)
      expect(cookies[0]).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' })
      return cookies[0]!.value
    }
  },
)
