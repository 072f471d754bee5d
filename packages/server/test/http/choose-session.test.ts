import { describe, expect, it } from 'vitest'
import { testServer } from '../harness/auth-server.js'
import { Browser, codeOf } from '../harness/browser.js'

const path = '/auth/refresh'

/** A browser that holds the cookies of several sessions, as tabs that sign in at the same moment leave behind. */
async function browserOf(auth: ReturnType<typeof testServer>['auth'], ...usernames: readonly string[]) {
  const browser = new Browser(auth)
  const sids: string[] = []
  for (const username of usernames) {
    const tab = new Browser(auth)
    sids.push((await tab.signIn(username)).session.id)
    for (const [name, token] of tab.jar) browser.jar.set(name, token)
  }
  return { browser, sids }
}

async function sidOf(response: Response): Promise<string> {
  return ((await response.json()) as { session: { id: string } }).session.id
}

describe('which of several refresh cookies is meant', () => {
  it('is the one that Sessionward-Session names, and only its cookie changes', async () => {
    const { auth } = testServer()
    const { browser, sids } = await browserOf(auth, 'ann', 'bob')
    const before = [...browser.jar.values()]

    const response = await browser.post(path, undefined, { 'Sessionward-Session': sids[0]! })

    expect(await sidOf(response)).toBe(sids[0])
    const after = [...browser.jar.values()]
    expect(after[0]).not.toBe(before[0])
    expect(after[1]).toBe(before[1])
  })

  it('is refused as session_changed, clearing nothing, where the named session has no cookie here', async () => {
    const { auth } = testServer()
    const { browser } = await browserOf(auth, 'ann')

    for (const named of ['a'.repeat(22), '', 'a, b', '*']) {
      const response = await browser.post(path, undefined, { 'Sessionward-Session': named })
      expect(response.status).toBe(409)
      expect(response.headers.getSetCookie()).toEqual([])
      expect(await response.json()).toMatchObject({ code: 'session_changed', verdict: 'terminal' })
    }
    expect((await browser.post(path)).status).toBe(200)
  })

  it('is the newest of one subject where none is named', async () => {
    const { auth, clock } = testServer()
    const one = await browserOf(auth, 'ann')
    clock.advance(60)
    const two = await browserOf(auth, 'ann')
    for (const [name, token] of two.browser.jar) one.browser.jar.set(name, token)

    expect(await sidOf(await one.browser.post(path))).toBe(two.sids[0])
  })

  it('is nobody’s to guess where the cookies belong to two subjects', async () => {
    const { auth } = testServer()
    const { browser } = await browserOf(auth, 'ann', 'bob')

    const response = await browser.post(path)

    expect(response.status).toBe(400)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(await codeOf(response)).toBe('invalid_request')
  })

  it('is nobody’s to guess where two tenants have a subject of one name', async () => {
    const { auth } = testServer()
    const { browser } = await browserOf(auth, 'ann')
    const { setCookies } = await auth.sessions.start({ subject: 'ann', tenant: 'elsewhere' })
    const response = new Response(null)
    for (const cookie of setCookies) response.headers.append('Set-Cookie', cookie)
    browser.apply(response)

    expect((await browser.post(path)).status).toBe(400)
  })

  it('is the living one beside dead and forged ones, which stay as they are', async () => {
    const { auth } = testServer()
    const { browser, sids } = await browserOf(auth, 'bob', 'ann')
    await auth.sessions.end(sids[0]!)
    browser.jar.set('__Host-Http-sessionward.default.forged', 'A'.repeat(104))
    browser.jar.set('__Host-Http-sessionward.default.empty', '')

    const response = await browser.post(path)

    expect(await sidOf(response)).toBe(sids[1])
    expect(browser.jar.size).toBe(4)
  })

  it('clears one cookie at a time where all of them are dead', async () => {
    const { auth } = testServer()
    const { browser, sids } = await browserOf(auth, 'bob', 'ann')
    for (const sid of sids) await auth.sessions.end(sid)

    const response = await browser.post(path)

    expect(response.status).toBe(401)
    expect(response.headers.getSetCookie()).toHaveLength(1)
    expect(await codeOf(response)).toBe('session_revoked')
  })

  it('looks at eight cookies at most, however many a stuffed jar holds', async () => {
    const { auth, stored } = testServer()
    const { browser } = await browserOf(auth, 'ann')
    const [[, token]] = [...browser.jar] as [[string, string]]
    for (let number = 0; number < 60; number++) browser.jar.set(`__Host-Http-sessionward.default.${number}`, token)
    const before = stored.calls.length

    await browser.post(path)

    expect(stored.calls.slice(before).filter((verb) => verb === 'sessions.find').length).toBeLessThanOrEqual(9)
  })

  it('takes no cookie of another name for one of ours', async () => {
    const { auth } = testServer()
    const { browser } = await browserOf(auth, 'ann')
    const [[name, token]] = [...browser.jar] as [[string, string]]
    browser.jar.clear()
    for (const foreign of [name.replace('__Host-Http-', ''), `x${name}`, name.toLowerCase(), name.replace('.', '-')]) {
      browser.jar.set(foreign, token)
    }

    expect(await codeOf(await browser.post(path))).toBe('refresh_token_missing')
  })
})
