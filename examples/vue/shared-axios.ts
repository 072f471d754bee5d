import { attachAxios } from '@sessionward/client/axios'
import axios from 'axios'
import { api, client } from './client'

export const http = axios.create({ baseURL: api })
attachAxios(http, client)
