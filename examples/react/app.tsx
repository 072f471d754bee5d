import { AuthProvider } from '@sessionward/client/react'
import { QueryClientProvider } from '@tanstack/react-query'
import { client } from './client.js'
import { Orders } from './orders.js'
import { queryClient } from './queries.js'
import { RequireAuth } from './require-auth.js'

export function App() {
  return (
    <AuthProvider client={client} onSubjectChange={() => queryClient.clear()}>
      <QueryClientProvider client={queryClient}>
        <RequireAuth>
          <Orders />
        </RequireAuth>
      </QueryClientProvider>
    </AuthProvider>
  )
}
