import axios from 'axios'
import { applyAuthTokenInterceptor, getBrowserLocalStorage, setAuthTokens } from 'axios-jwt'
import { post } from './application.js'

export function connect() {
  const api = axios.create()
  const requestRefresh = async (refreshToken) => (await axios.post('/refresh', { refreshToken })).data
  applyAuthTokenInterceptor(api, { requestRefresh, getStorage: getBrowserLocalStorage })
  return {
    signIn: async (name) => setAuthTokens(await post('/login', { name })),
    request: (path) => api.get(path),
    signedIn: () => Object.keys(localStorage).some((key) => key.startsWith('auth-tokens')),
  }
}
