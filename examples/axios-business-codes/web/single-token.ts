import { createClient } from '@sessionward/client'
import { attachAxios } from '@sessionward/client/axios'
import { webStorage } from '@sessionward/client/web-storage'
import axios from 'axios'
import { openBackOffice } from './back-office.js'
import { unwrapAnswers } from './unwrap-answers.js'

const api = axios.create({ baseURL: '/single/api' })
const client = createClient({
  server: location.origin,
  basePath: '/single/auth',
  transport: 'body',
  vault: webStorage(sessionStorage),
})
attachAxios(api, client)

unwrapAnswers(api)
openBackOffice({ title: 'singleToken', api, session: client })
