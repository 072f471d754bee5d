import { createClient } from '@sessionward/client'

export const client = createClient({ server: 'https://auth.example.com' })

const form = document.querySelector('#sign-in')
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const { username, password, remember } = form.elements
  await client.signIn({ username: username.value, password: password.value, remember: remember.checked })
})
