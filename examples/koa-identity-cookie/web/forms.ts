import { SignInError } from '@sessionward/client'
import { client } from './client.js'
import { find } from './elements.js'
import { fillSignIn } from './people.js'
import { words } from './words.js'

type Send = (fields: Record<string, string>, form: HTMLFormElement) => Promise<void>

/** Sign-in, registration and change of the password. `say` shows a sentence. */
export function openForms(say: (sentence: string) => void): void {
  const onSubmit = (id: string, send: Send) => {
    const form = find<HTMLFormElement>(id)
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      const fields = Object.fromEntries(new FormData(form)) as Record<string, string>
      send(fields, form).catch((error) => say(`${error}`))
    })
  }
  onSubmit('sign-in', async ({ username, password }) => {
    try {
      await client.signIn({ username: username!, password: password! })
      say('')
    } catch (error) {
      if (!(error instanceof SignInError)) throw error
      say(words.failed[error.code] ?? error.message)
    }
  })
  onSubmit('register', async (fields) => {
    const refused = await post('/auth/register', fields, fetch)
    if (refused !== undefined) return say(words.failed[refused] ?? refused)
    fillSignIn(fields.username!, fields.password!)
    say(words.seen.registered)
  })
  onSubmit('password', async (fields, form) => {
    const refused = await post('/auth/password', fields, client.fetch)
    if (refused === undefined) form.reset()
    say(refused === undefined ? words.seen.passwordChanged : (words.failed[refused] ?? refused))
  })
}

/** @returns the code of the refusal; undefined where there is none. */
async function post(path: string, body: object, send: typeof fetch): Promise<string | undefined> {
  const headers = { 'Content-Type': 'application/json' }
  const response = await send(path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (response.ok) return undefined
  const { problem } = await response.json()
  return problem.code
}
