import { withTokenRefresh } from 'fetch-extras'
import { refresh, signedIn, signIn, tokens } from './application.js'

export function connect() {
  const api = withTokenRefresh({ refreshToken: refresh })(fetch)
  const headers = () => ({ Authorization: `Bearer ${tokens.read()?.accessToken}` })
  return { signIn, signedIn, request: (path) => api(path, { headers: headers() }) }
}
