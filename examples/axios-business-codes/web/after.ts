import { createClient } from '@sessionward/client'
import { attachAxios } from '@sessionward/client/axios'
import { header, jsonBackend } from '@sessionward/client/backend'
import axios from 'axios'
import { openBackOffice } from './back-office.js'
import { unwrapAnswers } from './unwrap-answers.js'

const api = axios.create({ baseURL: '/theirs' })
const client = createClient({
  server: jsonBackend({
    url: '/theirs',
    signIn: '/login',
    refresh: 'GET /refresh',
    signOut: '/logout',
    tokens: {
      accessToken: 'data.accessToken',
      refreshToken: 'data.refreshToken',
      expiresIn: 'data.expiresIn',
      user: 'data.user',
      subject: 'data.user.username',
    },
    code: { ok: 10200, expired: 10415, ended: { 10422: 'refresh_token_invalid', 10409: 'session_replaced' } },
    accessToken: header('accessToken'),
    refreshToken: header('refreshToken'),
  }),
})
attachAxios(api, client)

unwrapAnswers(api)
openBackOffice({ title: 'after', api, session: client })
