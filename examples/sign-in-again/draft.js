import { createClient } from '@sessionward/client'
import { draft } from '@sessionward/client/draft'

export const client = createClient({ server: 'https://auth.example.com' })

const form = document.querySelector('#order')
const kept = draft(form, { client })
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const answer = await client.fetch('/orders', { method: 'POST', body: new FormData(form) })
  if (answer.ok) kept.discard()
})
client.on('signout', () => location.assign('/sign-in'))
