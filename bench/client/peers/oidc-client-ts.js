import { User, UserManager, WebStorageStateStore } from 'oidc-client-ts'
import { fetchWithToken, post } from './application.js'

export function connect() {
  const manager = new UserManager({
    authority: location.origin,
    client_id: 'bench',
    redirect_uri: location.origin,
    scope: 'api',
    userStore: new WebStorageStateStore({ store: localStorage }),
    metadata: { issuer: location.origin, token_endpoint: `${location.origin}/oauth/token` },
  })
  let held = false
  const refreshed = async () => (await manager.signinSilent())?.access_token
  const token = async () => {
    const user = await manager.getUser()
    return user && !user.expired ? user.access_token : refreshed()
  }
  manager.events.addUserLoaded(() => {
    held = true
  })
  manager.events.addUserUnloaded(() => {
    held = false
  })
  void manager.getUser().then((user) => {
    held = user !== null
  })
  return {
    async signIn(name) {
      const pair = await post('/login', { name })
      const user = new User({
        access_token: pair.accessToken,
        refresh_token: pair.refreshToken,
        token_type: 'Bearer',
        scope: 'api',
        profile: { sub: name },
        expires_at: Math.floor(Date.now() / 1000) + pair.expiresIn,
      })
      await manager.storeUser(user)
      await manager.events.load(user)
    },
    request: (path) => fetchWithToken(path, token, refreshed),
    signedIn: () => held,
  }
}
