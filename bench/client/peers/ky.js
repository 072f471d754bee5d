// The recipe of ky's own documentation, with one refresh for all requests that wait.
import ky from 'ky'
import { refreshBy, signedIn, signIn, tokens } from './application.js'

// It refreshes by ky too, whose time limit of ten seconds then holds for the refresh.
const bare = ky.create({ throwHttpErrors: false })

export function connect() {
  let refreshing
  const shared = () => {
    refreshing ??= refreshBy(bare).finally(() => {
      refreshing = undefined
    })
    return refreshing
  }
  const api = ky.create({
    hooks: {
      beforeRequest: [
        ({ request, retryCount }) => {
          if (retryCount === 0) request.headers.set('Authorization', `Bearer ${tokens.read()?.accessToken}`)
        },
      ],
      afterResponse: [
        async ({ request, response, retryCount }) => {
          if (response.status !== 401 || retryCount > 0) return undefined
          const headers = new Headers(request.headers)
          headers.set('Authorization', `Bearer ${await shared()}`)
          return ky.retry({ request: new Request(request, { headers }), code: 'TOKEN_REFRESHED' })
        },
      ],
    },
  })
  return { signIn, signedIn, request: (path) => api.get(path) }
}
