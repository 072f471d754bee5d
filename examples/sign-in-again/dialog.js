import { createClient } from '@sessionward/client'
import { signInDialog } from '@sessionward/client/dialog'

export const client = createClient({
  server: 'https://auth.example.com',
  origins: ['https://api.example.com'],
  onReauth: signInDialog(),
})
