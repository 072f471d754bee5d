import { createClient } from '@sessionward/client'

export interface Person extends Record<string, unknown> {
  readonly username: string
  readonly name: string
}

export const client = createClient<Person>({
  server: location.origin,
  live: true, // the auth server says at once when the session ends, and why
})
