// The better form of the queue: `processQueue` rejects what waits, and only a refusal signs out.
import axios from 'axios'
import { refresh, sendToken, signedIn, signIn } from './application.js'

export function connect() {
  const api = axios.create()
  let isRefreshing = false
  let failedQueue = []
  const processQueue = (error) => {
    for (const { resolve, reject } of failedQueue) error ? reject(error) : resolve()
    failedQueue = []
  }
  sendToken(api)
  api.interceptors.response.use(undefined, async (error) => {
    const { config, response } = error
    if (response?.status !== 401 || config.isRetry) throw error
    config.isRetry = true
    if (isRefreshing) {
      await new Promise((resolve, reject) => failedQueue.push({ resolve, reject }))
      return api(config)
    }
    isRefreshing = true
    try {
      await refresh()
      processQueue()
    } catch (cause) {
      processQueue(cause)
      throw cause
    } finally {
      isRefreshing = false
    }
    return api(config)
  })
  return { signIn, signedIn, request: (path) => api.get(path) }
}
