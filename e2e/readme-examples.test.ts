import { allowOrigin, blankPage, openOrigin } from '@sessionward/example-harness'
import { createGuard } from '@sessionward/guard'
import { protect } from '@sessionward/guard/express'
import express from 'express'
import { rolldown } from 'rolldown'
import { expect, onTestFinished, test } from 'vitest'
import { startDevelopmentServer } from '../packages/sessionward/src/dev.js'
import { copyExample, emptyFolder, runExample } from './harness/documented-example.js'
import { openContext, story } from './harness/story.js'

// The files that the README shows, run as they are but for ports and origins.

declare global {
  interface Window {
    example: { showOrders(username: string, password: string): Promise<unknown> }
  }
}

const ann = { username: 'ann', password: 'correct horse 42' }
const jsonHeaders = { 'Content-Type': 'application/json' }

test('the route of the README refuses a session within a second of its end', async () => {
  const printed: string[] = []
  const auth = await startDevelopmentServer({
    port: 0,
    dataFolder: emptyFolder(),
    origins: [],
    print: (line) => printed.push(line),
  })
  onTestFinished(() => auth.close())
  const api = await freeUrl()
  await runExample(
    'first-route/app.js',
    { 'http://localhost:4000': auth.url, 'listen(3000)': `listen(${new URL(api).port})` },
    { GUARD_CREDENTIAL: credentialIn(printed) },
  )
  const { access_token: token } = await signIn(auth.url)
  const orders = () => fetch(`${api}/orders`, { headers: { Authorization: `Bearer ${token}` } })

  await expect.poll(() => orders().then(({ status }) => status, String)).toBe(200)
  expect((await fetch(`${api}/orders`)).status).toBe(401)
  const signOut = await post(`${auth.url}/auth/logout`, {}, { Authorization: `Bearer ${token}` })
  expect(signOut.status).toBe(204)
  const signedOut = performance.now()
  let answer = await orders()
  while (answer.status === 200 && performance.now() - signedOut < 1000) answer = await orders()

  expect(answer.status).toBe(401)
  expect(await answer.json()).toMatchObject({ code: 'signed_out' })
})

story('the page of the README signs in at its auth server and shows the orders', async ({ browser }) => {
  const page = await openOrigin()
  onTestFinished(() => page.close())
  page.serve(blankPage)
  const issuer = await freeUrl()
  const GUARD_CREDENTIAL = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')
  await runExample(
    'first-route/auth-server.js',
    {
      'http://localhost:4000': issuer,
      'listen(4000)': `listen(${new URL(issuer).port})`,
      'http://localhost:5173': page.url,
    },
    { GUARD_CREDENTIAL },
  )
  await expect.poll(() => post(`${issuer}/auth/register`, ann).then(({ status }) => status, String)).toBe(201)
  const api = await openOrigin()
  onTestFinished(() => api.close())
  const guard = createGuard({ issuer, audience: issuer, feed: { credential: GUARD_CREDENTIAL } })
  onTestFinished(() => guard.close())
  api.serve(
    express()
      .use(allowOrigin(page.url))
      .get('/orders', protect(guard), (req, res) => void res.json({ of: req.auth.subject })),
  )
  const tab = await (await openContext(browser)).newPage()
  await tab.goto(page.url)
  await tab.addScriptTag({
    content: await bundleForPage(
      copyExample('first-route/page.js', { 'http://localhost:4000': issuer, 'http://localhost:3000': api.url }),
    ),
  })

  const shown = await tab.evaluate(({ username, password }) => window.example.showOrders(username, password), ann)

  expect(shown).toEqual({ of: expect.any(String) })
})

function credentialIn(printed: readonly string[]): string {
  const credential = /GUARD_CREDENTIAL=(\S+)/.exec(printed.join('\n'))?.[1]
  if (credential === undefined) throw new Error('the dev command printed no guard credential')
  return credential
}

async function signIn(url: string): Promise<{ access_token: string }> {
  await post(`${url}/auth/register`, ann)
  const answer = await post(`${url}/auth/login`, { ...ann, transport: 'body' })
  return (await answer.json()) as { access_token: string }
}

function post(url: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { ...jsonHeaders, ...headers }, body: JSON.stringify(body) })
}

/** An address that was free a moment ago, for a program that opens it itself. */
async function freeUrl(): Promise<string> {
  const origin = await openOrigin()
  await origin.close()
  return origin.url
}

async function bundleForPage(input: string): Promise<string> {
  const conditionNames = ['sessionward-source', 'import', 'default']
  const built = await rolldown({ input, platform: 'browser', resolve: { conditionNames } })
  const { output } = await built.generate({ format: 'iife', name: 'example' })
  await built.close()
  return output[0].code
}
