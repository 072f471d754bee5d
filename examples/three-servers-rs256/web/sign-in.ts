import { SignInError } from '@sessionward/client'
import { client } from './client.js'
import { config } from './config.js'
import { fillWords, find } from './elements.js'
import { returnAddress } from './return-to.js'
import { words } from './words.js'

const query = new URLSearchParams(location.search)
const form = find<HTMLFormElement>('form')
const [first] = config.accounts

fillWords()
form.username.value = first?.username ?? ''
form.password.value = first?.password ?? ''
find('reason').textContent = words.reasons[query.get('reason') ?? ''] ?? ''

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  try {
    await client.signIn({ username: form.username.value, password: form.password.value })
    location.replace(returnAddress(query.get('return_to')))
  } catch (error) {
    if (!(error instanceof SignInError)) throw error
    find('reason').textContent = words.signInFailed[error.code] ?? error.message
  }
})
