import { useClient } from '@sessionward/client/react'
import { type FormEvent, useState } from 'react'

export function SignIn({ reason }: { readonly reason?: string | undefined }) {
  const client = useClient()
  const [message, setMessage] = useState(reason === 'session_replaced' ? 'You have signed in elsewhere.' : '')
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const input = { username: String(form.get('username')), password: String(form.get('password')) }
    await client.signIn(input).catch((error: Error) => setMessage(error.message))
  }
  return (
    <form onSubmit={submit}>
      <label>
        Name <input name="username" autoComplete="username" />
      </label>
      <label>
        Password <input name="password" type="password" autoComplete="current-password" />
      </label>
      <button type="submit">Sign in</button>
      <p role="status">{message}</p>
    </form>
  )
}
