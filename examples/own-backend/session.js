import { createClient } from '@sessionward/client'
import { header, jsonBackend } from '@sessionward/client/backend'
import { webStorage } from '@sessionward/client/web-storage'

const server = jsonBackend({
  url: 'http://api.example.com',
  signIn: '/login',
  refresh: '/refresh',
  signOut: '/logout',
  tokens: {
    accessToken: 'data.accessToken',
    refreshToken: 'data.refreshToken',
    user: 'data.user',
    subject: 'data.user.id',
  },
  code: { ok: 10200, expired: 10415, ended: { 10422: 'refresh_token_invalid', 10409: 'session_replaced' } },
  accessToken: header('accessToken'),
  refreshToken: header('refreshToken'),
})

export const client = createClient({ server, vault: webStorage(sessionStorage) })
