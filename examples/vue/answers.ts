import { client } from './client'

export const answers = new Map<string, Promise<unknown>>()

export function get(url: string): Promise<unknown> {
  const known = answers.get(url)
  if (known) return known
  const asked = client.fetch(url).then((response) => response.json())
  answers.set(url, asked)
  return asked
}
