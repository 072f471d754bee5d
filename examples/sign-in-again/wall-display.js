import { createClient } from '@sessionward/client'

export const client = createClient({
  server: 'https://auth.example.com',
  origins: ['https://api.example.com'],
  keepAlive: { every: 1800 },
})

const notice = document.querySelector('#notice')
client.subscribe(() => {
  const texts = { anonymous: 'Signed out: this is not current.', degraded: 'No connection: this may be old.' }
  notice.textContent = texts[client.state] ?? ''
  document.querySelector('#board').hidden = client.state === 'anonymous'
})
