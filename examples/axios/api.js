import { createClient } from '@sessionward/client'
import { attachAxios } from '@sessionward/client/axios'
import axios from 'axios'

export const client = createClient({ server: 'https://auth.example.com', origins: ['https://api.example.com'] })

export const api = axios.create({ baseURL: 'https://api.example.com', timeout: 10_000 })
attachAxios(api, client)
