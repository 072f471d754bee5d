import { createClient } from '@sessionward/client'

const client = createClient({ server: 'http://localhost:4000', origins: ['http://localhost:3000'] })

export async function showOrders(username, password) {
  await client.signIn({ username, password })
  const response = await client.fetch('http://localhost:3000/orders') // refreshes, waits and replays by itself
  return response.json()
}
