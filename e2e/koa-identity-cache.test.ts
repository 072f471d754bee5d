import { expect } from 'vitest'
import { openKoaIdentity, openSignedInPage, play } from './harness/koa-identity.js'
import { story } from './harness/story.js'

story(
  'every exchange is answered while Redis is flushed, slow, stopped and started again',
  async ({ browser, skip }) => {
    const system = await openKoaIdentity()
    if (!system.cache) return skip('no Redis here')
    const page = await openSignedInPage(browser, system)

    const kept = await play(page, 'exchange')
    const again = await play(page, 'exchange')
    const flushed = await play(page, 'flush')
    const slow = await play(page, 'slow')
    const stopped = await play(page, 'stop')
    const started = await play(page, 'start')
    const afterwards = await play(page, 'exchange')

    expect(kept).toContain('5 exchanges, 5 answered.')
    expect(again).toBe('5 exchanges, 5 answered. The database was queried 0 times.')
    expect(flushed).toBe('Redis was empty. 5 exchanges, 5 answered. The database was queried once.')
    expect(slow).toContain('5 exchanges, 5 answered')
    expect(slow).toContain('The database was queried 5 times.')
    expect(stopped).toContain('5 exchanges, 5 answered. The database was queried 5 times. Nobody was signed out.')
    expect(started).toContain('the database rests')
    expect(afterwards).toBe(again)
    expect(await page.textContent('#state')).toBe('signed in')
  },
)

story('a hundred exchanges that miss at the same time ask the database once', async ({ browser, skip }) => {
  const system = await openKoaIdentity()
  if (!system.cache) return skip('no Redis here')
  const page = await openSignedInPage(browser, system)

  const seen = await play(page, 'hundred')

  expect(seen).toBe('100 exchanges at once, all missed, 100 answered. The database was queried once.')
})

story(
  'an unknown cookie is answered 401, without a database query, and does not count as a sign-in attempt',
  async ({ browser }) => {
    const system = await openKoaIdentity()
    const page = await openSignedInPage(browser, system)

    const seen = await play(page, 'unknown')
    const none = await fetch(`${system.url}/access-token`, { method: 'POST', headers: { Origin: system.url } })

    expect(seen).toBe('5 times 401 with code 1002. The database was queried 0 times. Failed sign-ins: 0.')
    expect([none.status, await none.json()]).toEqual([401, { code: 1002, message: 'Nobody is signed in.', data: null }])
  },
)
