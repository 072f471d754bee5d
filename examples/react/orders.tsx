import { useAuth, useClient } from '@sessionward/client/react'
import { useQuery } from '@tanstack/react-query'
import { api } from './client.js'

export function Orders() {
  const { user } = useAuth()
  const client = useClient()
  const { data, error } = useQuery<{ readonly orders: readonly string[] }>({
    queryKey: ['orders'],
    queryFn: async ({ signal }) => {
      const response = await client.fetch(`${api}/orders`, { signal })
      if (!response.ok) throw new Error(`The server answered ${response.status}.`)
      return response.json()
    },
  })
  return (
    <section>
      <h1>Orders of {user?.username}</h1>
      {error && <p role="alert">{error.message}</p>}
      <ul>
        {data?.orders.map((order) => (
          <li key={order}>{order}</li>
        ))}
      </ul>
      <button type="button" onClick={() => client.signOut()}>
        Sign out
      </button>
    </section>
  )
}
