import { createClient } from '@sessionward/client'
import { attachAxios } from '@sessionward/client/axios'
import { header, jsonBackend } from '@sessionward/client/backend'
import axios from 'axios'

const server = jsonBackend({
  url: '/theirs',
  signIn: '/login',
  refresh: 'GET /refresh',
  tokens: { accessToken: 'data.accessToken', refreshToken: 'data.refreshToken', user: 'data.user' },
  code: { ok: 10200, expired: 10415, ended: { 10422: 'refresh_token_invalid', 10409: 'session_replaced' } },
  accessToken: header('accessToken'),
  refreshToken: header('refreshToken'),
})
export const client = createClient({ server })
export const api = axios.create({ baseURL: '/theirs' })
attachAxios(api, client)
