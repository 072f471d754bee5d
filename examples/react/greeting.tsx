import { useSuspenseAuth } from '@sessionward/client/react'
import { Suspense } from 'react'

/** Waits for the auth server, but for no longer than 5 seconds. */
export function Greeting() {
  return (
    <Suspense fallback={<p>One moment ...</p>}>
      <Name />
    </Suspense>
  )
}

function Name() {
  const { status, user } = useSuspenseAuth()
  if (status === 'unknown') return <p>Sign-in is unavailable. This page tries again by itself.</p>
  return <p>{user ? `Hello, ${user.username}` : 'Hello, visitor'}</p>
}
