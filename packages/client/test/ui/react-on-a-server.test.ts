import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createElement, Suspense } from 'react'
import { renderToPipeableStream, renderToString } from 'react-dom/server'
import { describe, expect, expectTypeOf, onTestFinished, test } from 'vitest'
import type { client as exampleClient, Person } from '../../../../examples/react/client.js'
import { renderPage } from '../../../../examples/react/server.js'
import { type Client, createClient } from '../../src/index.js'
import {
  AuthProvider,
  type AuthSnapshot,
  useAuth,
  useClient,
  useClientState,
  useSuspenseAuth,
} from '../../src/ui/react.js'

const open = (username: string | undefined) => ({
  client: createClient<Person>({ server: 'https://auth.example.com' }),
  initialUser: username === undefined ? undefined : { username },
})

describe('a server', () => {
  test('that renders for fifty people at once shows each only their own name', async () => {
    const url = await serve((request, response) => {
      const [, username] = request.url!.split('/')
      const { pipe } = renderToPipeableStream(page(username || undefined), { onShellReady: () => pipe(response) })
    })

    const names = Array.from({ length: 50 }, (_, i) => (i % 5 === 0 ? '' : `person-${i}-`))
    const pages = await Promise.all(names.map(async (name) => (await fetch(`${url}/${name}`)).text()))

    expect(pages.map((html) => new Set(html.match(/person-\d+-|nobody/g)))).toEqual(
      names.map((name) => new Set([name || 'nobody'])),
    )
    expect(pages.every((html) => html.includes('late:'))).toBe(true)
  })

  test('does not wait: without a person the page shows that at once', () => {
    const Status = () => createElement('p', null, `${useSuspenseAuth().status} ${useClientState()}`)

    expect(renderToString(createElement(AuthProvider, open(undefined), createElement(Status)))).toBe(
      '<p>unknown unknown</p>',
    )
  })

  test('marks a page with a person as not cacheable, and puts no token in it', async () => {
    const url = await serve((request, response) =>
      renderPage(response, request.url === '/ann' ? { username: 'ann' } : undefined),
    )

    const [mine, public_] = await Promise.all(['/ann', '/'].map((path) => fetch(url + path)))

    expect([mine!.headers.get('Cache-Control'), public_!.headers.get('Cache-Control')]).toEqual([
      'private, no-store',
      null,
    ])
    expect(await mine!.text()).toMatch(/Orders of (<!-- -->)?ann/)
    expect(await public_!.text()).toContain('Welcome')
  })
})

test.each([
  ['useAuth', useAuth],
  ['useSuspenseAuth', useSuspenseAuth],
  ['useClient', useClient],
  ['useClientState', useClientState],
])('%s without a provider is an error in words', (name, hook) => {
  const Lost = () => void hook() as never

  expect(() => renderToString(createElement(Lost))).toThrow(
    `${name}: there is no <AuthProvider client={client}> above this component.`,
  )
})

test('a provider without a client throws an error that says so', () => {
  const nothing = undefined as never as Client

  expect(() => renderToString(createElement(AuthProvider, { client: nothing as never }))).toThrow(
    'AuthProvider: `client` must be what createClient returns.',
  )
})

test('the hooks have the types of the client that is registered', () => {
  const read = () => ({ client: useClient(), auth: useAuth() })

  expectTypeOf(read).returns.toEqualTypeOf<{ client: typeof exampleClient; auth: AuthSnapshot<Person> }>()
})

/** Renders a part at once and a part later, so that the renders of many requests take turns. */
function page(username: string | undefined) {
  let ready = false
  const wait = new Promise<void>((resolve) => {
    setTimeout(() => {
      ready = true
      resolve()
    }, Math.random() * 50)
  })
  const Name = ({ when }: { readonly when: string }) => {
    const { user } = useAuth()
    if (when === 'late' && !ready) throw wait
    return createElement('p', null, `${when}:${user?.username ?? 'nobody'}`)
  }
  const late = createElement(Suspense, { fallback: null }, createElement(Name, { when: 'late' }))
  return createElement(AuthProvider, open(username), createElement(Name, { when: 'now' }), late)
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
