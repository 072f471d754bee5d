import { createClient } from '@sessionward/client'
import { defineBackend, SessionEndedError, SignInRefusedError } from '@sessionward/client/backend'

const api = 'https://api.example.com'

const server = defineBackend({
  name: 'example',
  origins: [api],

  async signIn(input, { fetch }) {
    const response = await fetch(`${api}/tokens`, { method: 'POST', body: JSON.stringify(input) })
    if (response.status === 403) throw new SignInRefusedError('The name or the password is wrong.')
    const { access, refresh, person } = await response.json()
    return { accessToken: access, refreshToken: refresh, user: person, subject: person.id }
  },

  async refresh({ refreshToken, fetch }) {
    const response = await fetch(`${api}/tokens/next`, { headers: { 'X-Refresh': refreshToken } })
    if (response.status === 410) throw new SessionEndedError('refresh_token_expired')
    const { access, refresh } = await response.json()
    return { accessToken: access, refreshToken: refresh }
  },

  async signOut({ accessToken, fetch }) {
    await fetch(`${api}/tokens`, { method: 'DELETE', headers: { Authorization: `Bearer ${accessToken}` } })
  },

  judge: ({ status, body }) => (status === 401 || body?.error === 'token_expired' ? 'expired' : undefined),
})

export const client = createClient({ server })
