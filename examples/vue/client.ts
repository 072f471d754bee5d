import { createClient } from '@sessionward/client'

export interface Person {
  readonly username: string
}

export const client = createClient<Person>({
  server: 'https://auth.example.com',
  origins: ['https://api.example.com'],
})

declare module '@sessionward/client/vue' {
  interface Register {
    client: typeof client
  }
}
