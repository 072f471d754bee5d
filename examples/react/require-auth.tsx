import { useAuth } from '@sessionward/client/react'
import { Fragment, type ReactNode } from 'react'
import { SignIn } from './sign-in.js'

export function RequireAuth({ children }: { readonly children: ReactNode }) {
  const { status, user, reason } = useAuth()
  if (status === 'unknown') return <p>One moment ...</p>
  if (!user) return <SignIn reason={reason} />
  // With the key, nothing that a component remembers of one person is shown to the next.
  return <Fragment key={user.username}>{children}</Fragment>
}
