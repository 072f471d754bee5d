import { createClient } from '@sessionward/client'
import { config } from './config.js'

export interface Person extends Record<string, unknown> {
  readonly name: string
}

export const client = createClient<Person>({
  server: config.auth,
  origins: [config.orders, config.invoices], // these two get the access token, and nobody else
})
