import { attachAxios } from '@sessionward/client/axios'
import axios from 'axios'
import { client } from './client'

export const http = axios.create({ baseURL: 'https://api.example.com' })
attachAxios(http, client)
