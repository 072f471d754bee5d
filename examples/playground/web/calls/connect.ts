// biome-ignore-all format: the page shows this file in a column of 44 characters

import {
  type ClientOptions,
  createClient,
} from '@sessionward/client'

export function connect(
  server: string,
  api: string,
  more: Partial<ClientOptions>,
) {
  return createClient({
    server,
    origins: [api],
    ...more,
  })
}
