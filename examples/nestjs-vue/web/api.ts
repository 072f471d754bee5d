import { createClient } from '@sessionward/client'
import { attachAxios } from '@sessionward/client/axios'
import axios from 'axios'

export interface Person extends Record<string, unknown> {
  readonly subject: string
  readonly username: string
}

export const client = createClient<Person>({ server: location.origin, live: true }) // learns at once when the session ends
export const api = axios.create({ baseURL: '/api' })
attachAxios(api, client)

import.meta.hot?.accept() // a hot update makes the same client again, and attaches it once
