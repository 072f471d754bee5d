// The sign-in form of captcha-page.ts.
import { createClient, type SignInError } from '@sessionward/client'
import { captchaField } from '@sessionward/client/captcha'
import { signInDialog } from '@sessionward/client/dialog'

const options = JSON.parse(document.getElementById('options')!.textContent!) as Partial<
  Parameters<typeof captchaField>[1]
>
const server = location.origin
const form = document.querySelector('form')!
const message = document.querySelector<HTMLElement>('[role=alert]')!
const client = createClient({
  server,
  onReauth: signInDialog({ fields: (place) => captchaField(place, { server }) }),
})
const captcha = captchaField(document.getElementById('captcha')!, { server, ...options })
Object.assign(window, { client, captcha })

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  message.textContent = ''
  const { username, password } = Object.fromEntries(new FormData(form)) as { username: string; password: string }
  try {
    await captcha.submit((captcha) => client.signIn({ username, password, captcha }))
    message.textContent = 'Signed in.'
  } catch (error) {
    message.textContent = (error as SignInError).code
  }
})
