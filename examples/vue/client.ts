import { createClient } from '@sessionward/client'

export interface Person {
  readonly username: string
}

export const api = 'https://api.example.com'

export const client = createClient<Person>({
  server: 'https://auth.example.com',
  origins: [api],
})

declare module '@sessionward/client/vue' {
  interface Register {
    client: typeof client
  }
}
