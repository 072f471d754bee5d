import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Environment } from '../src/index.js'
import { startAuthServer } from './support/auth-server.js'
import { TestBrowser, type TestTab } from './support/browser.js'
import { ann, bob, fast, outcome, until } from './support/world.js'

/**
 * Three tabs at once, and every step between them in an order that fast-check picks: requests on their way out, answers
 * on their way back, each touch of the vault, each message between tabs. The server ends a session whose refresh tokens
 * are used again, so a client that loses its place is found out.
 */
const worlds = fc.record({
  locks: fc.boolean(),
  transport: fc.constantFrom('cookie' as const, 'body' as const),
  steps: fc.array(
    fc.record({
      tab: fc.nat(2),
      what: fc.constantFrom(
        'fetch',
        'fetch',
        'fetch',
        'expire',
        'wake',
        'lose',
        'sign-out',
        'sign-in',
        'other',
        'adopt',
      ),
    }),
    { minLength: 1, maxLength: 8 },
  ),
})

const allowed = ['200', 'RefreshUnavailableError', 'SessionChangedError', 'SignedOutError signed_out', 'resolved']

test('no order of events reuses a refresh token, leaves a request unsettled, or sends it as somebody else', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, fc.scheduler(), async ({ locks, transport, steps }, scheduler) => {
      const server = await startAuthServer()
      const browser = new TestBrowser()
      const inSomeOrder = (label: string) => scheduler.schedule(Promise.resolve(), label)
      const tabs: TestTab[] = [0, 1, 2].map((tab) => {
        const openVault: Environment['openVault'] = (name) => async (change) => {
          await inSomeOrder(`${tab} vault`)
          return browser.vault<never>(name)(change as never)
        }
        const options = { server: server.origin, origins: [server.api], timeouts: fast, transport }
        return browser.open(options, { locks, openVault })
      })
      for (const { environment } of tabs) {
        const { fetch } = environment
        ;(environment as { fetch: typeof fetch }).fetch = async (request) => {
          await inSomeOrder('request')
          const answer = await fetch(request)
          await inSomeOrder('answer')
          return answer
        }
      }
      try {
        await scheduler.waitFor(tabs[0]!.client.signIn(ann))
        await scheduler.waitFor(until(() => tabs.every(({ client }) => client.state === 'active')))
        let lose = 0
        server.script = (path) => (path === 'refresh' && lose-- > 0 ? { lose: true } : undefined)
        const owners: { path: string; user: unknown }[] = []
        const doings = steps.map(({ tab, what }, n) => {
          const { client } = tabs[tab]!
          if (what === 'expire') server.expireAccessTokens()
          if (what === 'lose') lose = 1
          if (what === 'wake') tabs[tab]!.wake()
          if (what === 'sign-out') return outcome(client.signOut())
          if (what === 'sign-in') return outcome(client.signIn(ann))
          if (what === 'other') return outcome(client.signIn(bob))
          if (what === 'adopt') {
            // The application's own sign-in, in any transport: in body transport nobody takes it over.
            browser.setCookies(server.startSession('bob', browser.cookies()))
            return outcome(client.adopt())
          }
          if (what !== 'fetch') return 'resolved'
          if (client.user) owners.push({ path: `/${n}`, user: client.user.username })
          return outcome(client.fetch(`${server.api}/${n}`))
        })

        const ends = await scheduler.waitFor(Promise.all(doings))

        for (const end of ends) expect(allowed).toContain(end)
        for (const { ended } of server.sessions.values()) expect([undefined, 'signed_out']).toContain(ended)
        for (const { path, user } of owners) {
          const subjects = server.apiCalls.filter((call) => call.path === path).map(({ subject }) => subject)
          expect([user, undefined]).toEqual(expect.arrayContaining(subjects))
        }
        if (transport === 'body') return
        const latest = browser.open({ server: server.origin, timeouts: fast }).client
        await until(() => latest.state !== 'unknown')
        const signedIn = [...server.sessions.values()].filter(
          ({ sid, ended }) => !ended && browser.cookies().includes(sid),
        )
        expect(latest.user?.username).toBe(signedIn.at(-1)?.sub)
      } finally {
        browser.close()
        await server.close()
      }
    }),
    { numRuns: 60 },
  )
})
