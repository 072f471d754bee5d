// What a page with React loads, for react-page.ts: the application of examples/react, and parts to look at closely.
import { type Client, createClient } from '@sessionward/client'
import { header, jsonBackend } from '@sessionward/client/backend'
import { AuthProvider, useAuth, useClient, useClientState, useSuspenseAuth } from '@sessionward/client/react'
import { QueryClient } from '@tanstack/react-query'
import { memo, type ReactNode, StrictMode, Suspense, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from '../../examples/react/app.js'
import { client, type Person } from '../../examples/react/client.js'
import { Connection } from '../../examples/react/connection.js'
import { Greeting } from '../../examples/react/greeting.js'
import { queryClient } from '../../examples/react/queries.js'

export { client, QueryClient, queryClient }

/** A client of a backend that rotates strictly: a refresh token that is used twice ends the session. */
export function strictClient(url: string) {
  return createClient<Person>({
    server: jsonBackend({
      url,
      signIn: '/login',
      refresh: 'GET /refresh',
      tokens: {
        accessToken: 'data.accessToken',
        refreshToken: 'data.refreshToken',
        expiresIn: 'data.expiresIn',
        user: 'data.user',
        subject: 'data.user.id',
      },
      code: { ok: 10200, expired: 10415, ended: { 10422: 'refresh_token_invalid' } },
      refreshToken: header('refreshToken'),
      accessToken: header('accessToken'),
    }),
  })
}

/** What the parts have done so far. */
export const counts = { renders: 0, mounts: 0, fallbacks: 0, subscriptions: 0, changes: 0 }

const { subscribe } = client
Object.assign(client, {
  subscribe: (listener: () => void) => {
    counts.subscriptions++
    return subscribe(listener)
  },
})

const root = () => {
  const element = document.createElement('main')
  document.body.append(element)
  return createRoot(element)
}

function provided(children: ReactNode) {
  return (
    <StrictMode>
      <AuthProvider client={client} onSubjectChange={() => void counts.changes++}>
        {children}
      </AuthProvider>
    </StrictMode>
  )
}

/** The example. What was rendered before goes, as it does when a module is loaded anew. */
export function renderApp() {
  const page = window as { unmount?: () => void }
  page.unmount?.()
  const shown = root()
  page.unmount = () => shown.unmount()
  shown.render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}

/** A thousand readers of the person, each of which counts its renders. Without StrictMode, which renders twice. */
export function renderReaders() {
  root().render(
    <AuthProvider client={client}>
      {Array.from({ length: 1000 }, (_, i) => (
        <Reader key={i} />
      ))}
    </AuthProvider>,
  )
}

const Reader = memo(() => {
  counts.renders++
  return <i>{useAuth().user?.username}</i>
})

/** A field with what somebody types, a name from Suspense, and what the client does. */
export function renderField() {
  root().render(
    provided(
      <Suspense fallback={<Fallback />}>
        <Field />
        <Connection />
      </Suspense>,
    ),
  )
}

function Fallback() {
  useEffect(() => void counts.fallbacks++, [])
  return <p>One moment ...</p>
}

function Field() {
  const [text, setText] = useState('')
  const { user } = useSuspenseAuth()
  const state = useClientState()
  useEffect(() => void counts.mounts++, [])
  return (
    <>
      <input aria-label="Note" value={text} onChange={(event) => setText(event.target.value)} />
      <output>{`${user?.username} ${state}`}</output>
    </>
  )
}

/** `inside`: the provider is inside the boundary, so that it is thrown away with what has not been shown yet. */
export function renderGreeting(inside = false) {
  if (!inside) return root().render(provided(<Greeting />))
  root().render(<Suspense fallback={<p>One moment ...</p>}>{provided(<GreetingInside />)}</Suspense>)
}

function GreetingInside() {
  const { status } = useSuspenseAuth()
  return <p>{`It is ${status}.`}</p>
}

/** Sends a request in its first effect. @returns what takes it away. */
export function renderEager(of: Client<Person> = client, path = '/orders') {
  const shown = root()
  shown.render(
    <StrictMode>
      <AuthProvider client={of}>
        <Eager path={path} />
      </AuthProvider>
    </StrictMode>,
  )
  return () => shown.unmount()
}

function Eager({ path }: { readonly path: string }) {
  const { fetch } = useClient()
  const { status } = useAuth()
  const [answer, setAnswer] = useState('')
  useEffect(() => {
    fetch(path).then(
      ({ status }) => setAnswer(String(status)),
      (error: Error) => setAnswer(error.name),
    )
  }, [fetch, path])
  return <output>{`${status} ${answer}`}</output>
}
