import { expect } from 'vitest'
import { openBarePage } from './harness/bare-page.js'
import { expireToken, requestsAtOnce } from './harness/page-acts.js'
import { firstAccount, openPlayground } from './harness/playground.js'
import { openContext, story } from './harness/story.js'

story(
  'with cookie transport no script of the page can find the refresh token, before or after a rotation',
  async ({ browser }) => {
    const playground = await openPlayground({ accessTokenLifetime: 300 })
    const context = await openContext(browser)
    const options = { server: playground.auth.url, origins: [playground.api.url] }
    const page = await openBarePage(context, playground.web.url, options)
    const bodies: string[] = []
    page.on('response', async (response) => {
      if (response.request().method() === 'POST') bodies.push(await response.text().catch(() => ''))
    })
    // What a script sees if it listens to everything the tabs tell one another.
    await page.evaluate(() => {
      const said: string[] = []
      Object.assign(window, { said })
      const post = BroadcastChannel.prototype.postMessage
      BroadcastChannel.prototype.postMessage = function (message) {
        said.push(JSON.stringify(message))
        return post.call(this, message)
      }
    })
    await page.evaluate((account) => window.client.signIn(account), firstAccount(playground))
    const tokens = [await refreshCookie()]
    await expireToken(page, playground)
    expect(await requestsAtOnce(page, playground, 1)).toEqual([200])
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
            // A getter that throws hides nothing of ours.
          }
        }
      }
      walk(window.client, 8)
      walk(Reflect.get(globalThis, Symbol.for('sessionward.clients')), 8)
      found.push(...(window as unknown as { said: string[] }).said)
      return found.join('\n')
    })

    // The look-out works: it does find what a script can find.
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
