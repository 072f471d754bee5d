import { type ClientOptions, createClient } from '@sessionward/client'

/** @param more What this page adds in order to draw. */
export function connect(server: string, api: string, more: Partial<ClientOptions>) {
  return createClient({ server, origins: [api], ...more })
}
