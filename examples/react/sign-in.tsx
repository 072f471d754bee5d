import { SignInError } from '@sessionward/client'
import { useClient } from '@sessionward/client/react'
import { type FormEvent, useState } from 'react'
import { sentenceOf } from './words.js'

export function SignIn({ reason }: { readonly reason?: string | undefined }) {
  const client = useClient()
  const [refused, setRefused] = useState('')
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const input = { username: String(form.get('username')), password: String(form.get('password')) }
    try {
      await client.signIn(input)
    } catch (error) {
      if (!(error instanceof SignInError)) throw error
      setRefused(sentenceOf(error.code))
    }
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
      <p role="status">{refused || sentenceOf(reason)}</p>
    </form>
  )
}
