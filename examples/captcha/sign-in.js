import { createClient } from '@sessionward/client'
import { captchaField } from '@sessionward/client/captcha'
import { signInDialog } from '@sessionward/client/dialog'

const server = 'https://auth.example.com'
export const client = createClient({
  server,
  onReauth: signInDialog({ fields: (place) => captchaField(place, { server }) }),
})

const form = document.querySelector('form')
const captcha = captchaField(document.querySelector('#captcha'), { server })

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const { username, password } = Object.fromEntries(new FormData(form))
  try {
    await captcha.submit((captcha) => client.signIn({ username, password, captcha }))
    document.title = 'Signed in'
  } catch (error) {
    document.querySelector('#error').textContent = error.message
  }
})
