// The queue of most tutorials: a flag, a list of callbacks, and sign-out if anything goes wrong.
import axios from 'axios'
import { post, sendToken, signedIn, signIn, tokens } from './application.js'

export function connect() {
  const api = axios.create()
  let isRefreshing = false
  let requests = []
  sendToken(api)
  api.interceptors.response.use(undefined, (error) => {
    const { config, response } = error
    if (response?.status !== 401 || config.isRetry) return Promise.reject(error)
    config.isRetry = true
    if (isRefreshing) return new Promise((resolve) => requests.push(() => resolve(api(config))))
    isRefreshing = true
    return post('/refresh', { refreshToken: tokens.read()?.refreshToken })
      .then((pair) => {
        tokens.write(pair)
        for (const retry of requests) retry()
        requests = []
        return api(config)
      })
      .catch((cause) => {
        tokens.clear()
        return Promise.reject(cause)
      })
      .finally(() => {
        isRefreshing = false
      })
  })
  return { signIn, signedIn, request: (path) => api.get(path) }
}
