// biome-ignore-all format: the page shows this file in a column of 44 characters

import type { Client } from
  '@sessionward/client'

export function fetchAtOnce(
  client: Pick<Client, 'fetch'>,
  url: string,
  count: number,
) {
  const urls = Array(count).fill(url)
  return Promise.all(
    urls.map((url) => client.fetch(url)),
  )
}
