import { createClient } from '@sessionward/client'
import { jsonBackend } from '@sessionward/client/backend'

export function connect() {
  const server = jsonBackend({
    url: location.origin,
    signIn: '/login',
    refresh: '/refresh',
    tokens: { accessToken: 'accessToken', refreshToken: 'refreshToken', expiresIn: 'expiresIn', user: 'user' },
  })
  const client = createClient({ server })
  return {
    signIn: (name) => client.signIn({ name }),
    request: (path) => client.fetch(path),
    signedIn: () => client.state !== 'anonymous',
  }
}
