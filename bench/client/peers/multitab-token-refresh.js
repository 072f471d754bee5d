import { createAxiosAuthRequestInterceptor, fromJwt, TokenService } from '@weareyipyip/multitab-token-refresh'
import axios from 'axios'
import { post } from './application.js'

export function connect() {
  const service = new TokenService(async (refreshToken, setLoggedOut) => {
    try {
      return fromJwt(await post('/refresh', { refreshToken }))
    } catch (error) {
      if (error.status === 401) setLoggedOut()
      throw error
    }
  })
  const api = axios.create()
  api.interceptors.request.use(createAxiosAuthRequestInterceptor(service))
  return {
    signIn: async (name) => service.setStatus(fromJwt(await post('/login', { name }))),
    request: (path) => api.get(path),
    signedIn: () => service.getStatus().loggedIn,
  }
}
