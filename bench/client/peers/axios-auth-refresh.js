import axios from 'axios'
import { createAuthRefresh } from 'axios-auth-refresh'
import { refresh, sendToken, signedIn, signIn } from './application.js'

export function connect() {
  const api = axios.create()
  sendToken(api)
  createAuthRefresh(api, refresh)
  return { signIn, signedIn, request: (path) => api.get(path) }
}
