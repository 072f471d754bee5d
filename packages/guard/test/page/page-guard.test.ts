import { describe, expect, it, test, vi } from 'vitest'
import type { Guard } from '../../src/guard.js'
import { createPageGuard, type PageGuard } from '../../src/page/page-guard.js'
import type { PageRequest } from '../../src/page/page-request.js'
import { interstitial, redirect } from '../../src/page/refresh-method.js'
import { goodClaims, makeGuard, makeKey, now, signToken } from '../issuer.js'

const origin = 'https://shop.example.com'
const server = 'https://auth.example.com'
const key = makeKey('ES256', 'key')
const token = signToken(key)
const expired = signToken(key, { exp: now - 60, iat: now - 360 })

function pagesOf(way: 'interstitial' | 'redirect', guard: Guard = makeGuard({ keys: key.jwk })): PageGuard {
  const chosen = way === 'redirect' ? redirect({ server }) : interstitial({ server, script: 'run()' })
  return createPageGuard(guard, { origin, signIn: '/sign-in', refresh: chosen })
}

function visit(url: string, cookie = '', more: Readonly<Record<string, string>> = {}): PageRequest {
  const headers = { accept: 'text/html', 'sec-fetch-mode': 'navigate', cookie, ...more }
  return { method: 'GET', url, headers, key: {} }
}

/** The cookies of a browser after an answer. */
function jarAfter(jar: ReadonlyMap<string, string>, setCookies: readonly string[] = []): Map<string, string> {
  const next = new Map(jar)
  for (const one of setCookies) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? []
    if (one.includes('Max-Age=0')) next.delete(name)
    else next.set(name, value)
  }
  return next
}

const cookieOf = (jar: ReadonlyMap<string, string>) => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')

async function handOver(pages: PageGuard, token: string, jar: ReadonlyMap<string, string>, query = '?visit') {
  const headers = { authorization: `Bearer ${token}`, origin, cookie: cookieOf(jar) }
  const answer = await pages.answerOwn({ method: 'POST', url: `/sessionward/hand-over${query}`, headers, key: {} })
  return { status: answer?.status, jar: jarAfter(jar, answer?.setCookies) }
}

describe('parallel loaders of one request', () => {
  it('share one check and one answer', async () => {
    const guard = makeGuard({ keys: key.jwk })
    const check = vi.spyOn(guard, 'admit')
    const pages = pagesOf('redirect', guard)
    for (const request of [
      visit('/orders', `__Host-access_token=${token}`),
      visit('/orders', `__Host-access_token=${expired}`),
    ]) {
      check.mockClear()

      const decisions = Array.from({ length: 20 }, () => pages.decide({ ...request }, pages.route()))
      const [first] = await Promise.all(decisions)

      expect(check).toHaveBeenCalledTimes(1)
      for (const one of await Promise.all(decisions)) expect(one).toBe(first)
    }
  })

  it('share one route by its options, and have another for other options', () => {
    const pages = pagesOf('redirect')
    const options = { scope: 'orders' }

    expect(pages.route(options)).toBe(pages.route(options))
    expect(pages.route(options)).not.toBe(pages.route())
    expect(pages.route(options).scope).toEqual(['orders'])
  })

  it.each([undefined, null, 'id-1'])('cannot share by the key %j, and the error says what to pass', async (key) => {
    const pages = pagesOf('redirect')
    const request = { ...visit('/orders'), key: key as never }

    await expect(pages.decide(request, pages.route())).rejects.toThrow(/^key: must be an object .* such as req$/)
  })

  it('are checked apart for two requests, and for two routes of one request', async () => {
    const pages = pagesOf('redirect')
    const request = visit('/orders', `__Host-access_token=${token}`)

    const mine = await pages.decide(request, pages.route())
    const admin = await pages.decide(request, pages.route({ scope: 'admin' }))
    const other = await pages.decide(visit('/orders'), pages.route())

    expect(mine.admission?.principal?.subject).toBe('user-1')
    expect(admin.answer?.status).toBe(403)
    expect(other.answer?.status).toBe(303)
  })
})

describe('a redirect loop', () => {
  /** Another node of the site, whose clock is an hour ahead. */
  const ahead = () => makeGuard({ keys: key.jwk, now: () => (now + 3600) * 1000 })

  it('ends at sign-in with the reason after two refreshes, if another node refuses what this one accepts', async () => {
    const [here, there] = [pagesOf('interstitial'), pagesOf('interstitial', ahead())]
    let jar = new Map<string, string>()
    const statuses: (number | undefined)[] = []
    for (let round = 0; round < 3; round++) {
      const { answer } = await there.decide(visit('/orders', cookieOf(jar)), there.route())
      statuses.push(answer?.status)
      if (answer?.status === 303) {
        expect(answer.headers.location).toBe('/sign-in?return_to=%2Forders&reason=access_token_expired')
        jar = jarAfter(jar, answer.setCookies)
      } else jar = (await handOver(here, signToken(key, { jti: `round-${round}` }), jar)).jar
    }

    expect(statuses).toEqual([401, 401, 303])
    expect([...jar]).toEqual([])
  })

  it('is not detected in ten concurrent visits, ten prefetches, or pages that hand over their tokens', async () => {
    const pages = pagesOf('interstitial')
    let jar = new Map<string, string>()
    for (let i = 0; i < 10; i++) {
      await pages.decide(visit('/orders', cookieOf(jar), { 'sec-purpose': 'prefetch' }), pages.route())
      await pages.decide(visit('/orders', cookieOf(jar)), pages.route())
      jar = (await handOver(pages, signToken(key, { jti: `${i}` }), jar)).jar
      jar = (await handOver(pages, signToken(key, { jti: `page-${i}` }), jar, '')).jar
    }
    // The token that has expired since is not the one that was accepted last.
    jar.set('__Host-access_token', expired)

    const { answer } = await pages.decide(visit('/orders', cookieOf(jar)), pages.route())

    expect(answer?.status).toBe(401)
  })

  it('ends if the access cookie never arrives', async () => {
    const pages = pagesOf('interstitial')
    const { jar } = await handOver(pages, token, (await handOver(pages, token, new Map())).jar)
    jar.delete('__Host-access_token')

    const { answer } = await pages.decide(visit('/orders', cookieOf(jar)), pages.route())

    expect(answer?.headers.location).toBe('/sign-in?return_to=%2Forders&reason=access_token_missing')
  })

  it('does not affect an ended session, whose visit is refreshed as any other', async () => {
    const feed = { subscribe: (listener: never) => revoked(listener) }
    const pages = pagesOf('interstitial', makeGuard({ keys: key.jwk, feed: feed as never }))
    const { jar } = await handOver(pagesOf('interstitial'), token, new Map([['sessionward_arrived', '5-x']]))

    const { answer } = await pages.decide(visit('/orders', cookieOf(jar)), pages.route())

    expect(answer?.status).toBe(401)
    expect(answer?.body).toContain('session_revoked')
  })
})

/** A feed whose snapshot has the session of the tokens. */
function revoked(listener: (message: object) => void): () => void {
  const entry = { sid: goodClaims.sid, reason: 'session_revoked', expires: now * 1000 + 300_000 }
  listener({ type: 'snapshot', cursor: { epoch: 'e', watermark: now * 1000 }, entries: [entry] })
  return () => {}
}

test('a path that a browser would read as a host is refused as a form target and as a return address', async () => {
  const pages = pagesOf('interstitial')
  const request = { ...visit('//e.test/x'), method: 'POST', form: async () => 'a=1' }
  const headers = {
    ...request.headers,
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/x-www-form-urlencoded',
  }

  const { answer } = await pages.decide({ ...request, headers }, pages.route())

  expect(answer?.body).toContain('action="/"')
  expect(answer?.body).not.toContain('e.test')
})

test("a path of the page guard's own is no page: pageRoutes comes before protectPage", async () => {
  const pages = pagesOf('interstitial')
  const script = { ...visit('/sessionward/continue.js?v=1'), headers: { 'sec-fetch-mode': 'no-cors' } }

  await expect(pages.decide(script, pages.route())).rejects.toThrow('/sessionward: mount pageRoutes')
})

test.each(['/a/../sessionward/continue.js', '/%73essionward/continue.js'])(
  "%s does not reach the page guard's script, and is a page",
  async (path) => {
    const pages = pagesOf('interstitial')

    expect(await pages.answerOwn(visit(path))).toBeUndefined()
    const { answer } = await pages.decide(visit(path), pages.route())

    expect(answer?.status).toBe(401)
  },
)

test.each(['/a/../sign-in', '/./sign-in', '//sign-in'])('%s is not taken for the sign-in page', async (path) => {
  const pages = pagesOf('interstitial')

  const { answer } = await pages.decide(visit(path), pages.route())

  expect(answer?.status).toBe(401)
})

test.each(['/sign-in?x=1', `${origin}/sign-in`])('the sign-in page must not be guarded: %s', async (target) => {
  const pages = pagesOf('interstitial')

  await expect(pages.decide(visit(target), pages.route())).rejects.toThrow('/sign-in is guarded')
})

test.each(['/sessionward/./continue.js', '/sessionward/../sign-in', '/sessionward/%63ontinue.js', '/sessionward/'])(
  "%s is below the page guard's path, and not found",
  async (path) => {
    const answer = await pagesOf('interstitial').answerOwn(visit(path))

    expect(answer?.status).toBe(404)
    expect(answer?.body).toContain('not_found')
  },
)

test.each(['/sessionward/continue.js?v=1', 'https://shop.example.com/sessionward/continue.js?v=1'])(
  "the request target %s reaches the page guard's script",
  async (target) => {
    const answer = await pagesOf('interstitial').answerOwn(visit(target))

    expect(answer?.body).toBe('run()')
  },
)

test('the page of the form counts only where it is of this site', async () => {
  const pages = pagesOf('redirect')
  const post = (referer: string) => ({
    ...visit('/orders', '', { 'sec-fetch-site': 'same-origin', referer }),
    method: 'POST',
  })

  const own = await pages.decide(post(`${origin}/order?draft=1`), pages.route())
  const other = await pages.decide(post('https://e.test/order'), pages.route())

  expect(decodeURIComponent(own.answer!.headers.location!)).toContain('to=%2Forder%3Fdraft%3D1%23sessionward-not-sent&')
  expect(decodeURIComponent(other.answer!.headers.location!)).toContain('to=%2F%23sessionward-not-sent&')
})

test.each([
  [{ origin: 'shop.example.com' }, 'origin: must be the origin of this site'],
  [{ origin: 'https://shop.example.com/' }, 'origin: must be the origin of this site'],
  [{ signIn: 'sign-in' }, 'signIn: must be a path'],
  [{ signIn: '//e.test' }, 'signIn: must be a path'],
  [{ refresh: { server } }, 'refresh: must be interstitial({ server }) or redirect({ server })'],
  [{ path: 'sessionward' }, 'path: must be a path'],
  [{ cookie: { nam: 'x' } }, 'unknown option `cookie.nam`; did you mean `cookie.name`?'],
  [{ cookie: { name: 'a b' } }, 'cookie: must be given a name'],
  [{ cookie: { domain: 'example.org' } }, 'cookie.domain: must be shop.example.com or a domain above it'],
  [{ cookie: { name: '__Host-at', domain: 'example.com' } }, 'cookie.name: __Host- needs https and no domain'],
  [{ origins: ['*'] }, 'origins: must be a list of origins'],
  [{ signin: '/' }, 'unknown option `signin`; did you mean `signIn`?'],
])('%j is refused', (wrong, message) => {
  const options = { origin, signIn: '/sign-in', refresh: redirect({ server }), ...(wrong as object) }
  expect(() => createPageGuard(makeGuard({ keys: key.jwk }), options)).toThrow(message)
})

test.each([
  [() => interstitial({ server: 'auth' }), 'server: must be an origin'],
  [() => interstitial({ server, storage: 'localStorage' as never }), "storage: must be 'indexeddb' or 'local'"],
  [() => interstitial({ server, transport: 'header' as never }), "transport: must be 'cookie' or 'body'"],
  [() => redirect({ server, basepath: '/x' } as never), 'unknown option `basepath`; did you mean `basePath`?'],
  [() => redirect(undefined as never), 'redirect: must be given options'],
])('an unsuitable refresh method is refused %#', (make, message) => {
  expect(make).toThrow(message)
})

test.each([
  [undefined, 'en', 'your sign-in is being renewed'],
  ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN', '正在恢复登录状态'],
  ['de, en;q=0.5, zh;q=0.4', 'en', 'your sign-in is being renewed'],
  ['en;q=0, zh', 'zh-CN', '正在恢复登录状态'],
  ['"><script>', 'en', 'your sign-in is being renewed'],
])('the page in between speaks the language that the browser prefers: %s', async (accepted, language, sentence) => {
  const pages = pagesOf('interstitial')
  const request = visit('/orders', '', accepted === undefined ? {} : { 'accept-language': accepted })

  const { answer } = await pages.decide(request, pages.route())

  expect(answer?.body).toContain(`<html lang="${language}">`)
  expect(answer?.body).toContain(sentence)
})
