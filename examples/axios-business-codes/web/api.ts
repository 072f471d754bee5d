import { createClient } from '@sessionward/client'
import { attachAxios } from '@sessionward/client/axios'
import { header, jsonBackend } from '@sessionward/client/backend'
import { webStorage } from '@sessionward/client/web-storage'
import axios from 'axios'

const server = jsonBackend({
  url: '/theirs',
  signIn: '/login',
  refresh: 'GET /refresh',
  signOut: '/logout',
  tokens: { accessToken: 'data.accessToken', refreshToken: 'data.refreshToken', user: 'data.user' },
  code: { ok: 10200, expired: 10415, ended: { 10422: 'refresh_token_invalid', 10409: 'session_replaced' } },
  accessToken: header('accessToken'),
  refreshToken: header('refreshToken'),
})
export const client = createClient({ server, vault: webStorage(sessionStorage) }) // a reload needs no refresh
export const api = axios.create({ baseURL: '/theirs' })
attachAxios(api, client)
