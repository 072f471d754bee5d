import { AuthProvider } from '@sessionward/client/react'
import { hydrateRoot } from 'react-dom/client'
import { client, type Person } from './client.js'
import { Page } from './page.js'
import { queryClient } from './queries.js'

const { person } = document.body.dataset
const initialUser: Person | undefined = person && JSON.parse(person)

hydrateRoot(
  document.getElementById('root')!,
  <AuthProvider client={client} initialUser={initialUser} onSubjectChange={() => queryClient.clear()}>
    <Page />
  </AuthProvider>,
)
