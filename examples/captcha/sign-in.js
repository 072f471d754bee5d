import { createClient } from '@sessionward/client'
import { captchaField } from '@sessionward/client/captcha'
import { signInDialog } from '@sessionward/client/dialog'

const server = 'https://auth.example.com'
export const client = createClient({
  server,
  onReauth: signInDialog({ fields: (place) => captchaField(place, { server }) }),
})

const sentences = {
  invalid_credentials: 'Name or password is wrong.',
  too_many_attempts: 'Too many attempts. Try again in a few minutes.',
  unreachable: 'The server does not answer. Please try again in a moment.',
}

const form = document.querySelector('form')
const message = document.querySelector('#error')
const captcha = captchaField(document.querySelector('#captcha'), { server })

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const { username, password } = Object.fromEntries(new FormData(form))
  message.textContent = ''
  try {
    await captcha.submit((captcha) => client.signIn({ username, password, captcha }))
    document.title = 'Signed in'
  } catch (error) {
    message.textContent = sentences[error.code] ?? 'Please try again.'
  }
})
