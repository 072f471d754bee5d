import { createClient } from '@sessionward/client'

export interface Person {
  readonly username: string
}

export const client = createClient<Person>({ server: 'https://auth.example.com' })

// Tells the hooks what your people look like.
declare module '@sessionward/client/react' {
  interface Register {
    readonly client: typeof client
  }
}
