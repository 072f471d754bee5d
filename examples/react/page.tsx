import { useAuth } from '@sessionward/client/react'

export function Page() {
  const { user } = useAuth()
  return <h1>{user ? `Orders of ${user.username}` : 'Welcome'}</h1>
}
