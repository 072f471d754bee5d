import type { Client } from '@sessionward/client'

export function fetchAtOnce({ fetch }: Pick<Client, 'fetch'>, url: string, count: number) {
  return Promise.all(Array.from({ length: count }, () => fetch(url)))
}
