import { createClient } from '@sessionward/client'

export interface Person {
  readonly username: string
}

export const api = 'https://api.example.com'

export const client = createClient<Person>({
  server: 'https://auth.example.com',
  origins: [api],
})

// Tells the hooks what your people look like.
declare module '@sessionward/client/react' {
  interface Register {
    readonly client: typeof client
  }
}
