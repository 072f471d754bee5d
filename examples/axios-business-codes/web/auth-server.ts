import { createClient } from '@sessionward/client'
import { attachAxios } from '@sessionward/client/axios'
import { webStorage } from '@sessionward/client/web-storage'
import axios from 'axios'
import { openBackOffice } from './back-office.js'
import { unwrapAnswers } from './unwrap-answers.js'

const api = axios.create({ baseURL: '/api' })
const client = createClient({
  server: location.origin,
  transport: 'body', // the refresh token in the page's hands, as this system has it; the default is a cookie
  vault: webStorage(sessionStorage),
  live: true, // learns at once when the account is signed in elsewhere
})
attachAxios(api, client)

unwrapAnswers(api)
openBackOffice({ title: 'authServer', api, session: client })
