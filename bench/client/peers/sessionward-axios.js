import { createClient } from '@sessionward/client'
import { attachAxios } from '@sessionward/client/axios'
import { jsonBackend } from '@sessionward/client/backend'
import axios from 'axios'

export function connect() {
  const server = jsonBackend({
    url: location.origin,
    signIn: '/login',
    refresh: '/refresh',
    tokens: { accessToken: 'accessToken', refreshToken: 'refreshToken', expiresIn: 'expiresIn', user: 'user' },
  })
  const client = createClient({ server })
  const api = axios.create()
  attachAxios(api, client)
  return {
    signIn: (name) => client.signIn({ name }),
    request: (path) => api.get(path),
    signedIn: () => client.state !== 'anonymous',
  }
}
