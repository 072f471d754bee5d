import { createAlova } from 'alova'
import { createServerTokenAuthentication } from 'alova/client'
import adapterFetch from 'alova/fetch'
import { refresh, signedIn, signIn, tokens } from './application.js'

export function connect() {
  const { onAuthRequired, onResponseRefreshToken } = createServerTokenAuthentication({
    refreshTokenOnSuccess: { isExpired: (response) => response.status === 401, handler: () => refresh() },
    assignToken: (method) => {
      method.config.headers.Authorization = `Bearer ${tokens.read()?.accessToken}`
    },
  })
  const api = createAlova({
    requestAdapter: adapterFetch(),
    cacheFor: null,
    beforeRequest: onAuthRequired(),
    responded: onResponseRefreshToken((response) => response),
  })
  return { signIn, signedIn, request: (path) => api.Get(path, { shareRequest: false }).send() }
}
