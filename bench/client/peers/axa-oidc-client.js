// Its service worker keeps the tokens, and takes them from nothing but a sign-in at an authorization endpoint.
import { OidcClient, TokenAutomaticRenewMode } from '@axa-fr/oidc-client'

/** Where the sign-in came back to. */
let callback = ''
let arrive = () => {}

/** The auth server sends everybody straight back, so the page need not be left for a sign-in. */
const place = {
  async open(url) {
    callback = (await fetch(url)).url
    arrive()
  },
  reload() {},
  getCurrentHref: () => callback,
  getPath: () => '/',
  getOrigin: () => location.origin,
}

export function connect() {
  const oidc = OidcClient.getOrCreate(
    () => fetch,
    place,
  )({
    client_id: 'bench',
    redirect_uri: `${location.origin}/`,
    scope: 'openid offline_access',
    authority: location.origin,
    authority_configuration: {
      issuer: `${location.origin}/`,
      authorization_endpoint: `${location.origin}/oauth/authorize`,
      token_endpoint: `${location.origin}/oauth/token`,
    },
    service_worker_relative_url: '/OidcServiceWorker.js',
    service_worker_only: true,
    // By default a timer refreshes as soon as the token has expired, and the requests might meet a fresh one.
    token_automatic_renew_mode: TokenAutomaticRenewMode.AutomaticOnlyWhenFetchExecuted,
  })
  const send = oidc.fetchWithTokens(fetch)
  const opened = oidc.tryKeepExistingSessionAsync()
  return {
    async signIn(name) {
      await opened
      const arrived = new Promise((resolve) => {
        arrive = resolve
      })
      await oidc.loginAsync('/', { name })
      await arrived
      await oidc.loginCallbackAsync()
    },
    async request(path) {
      await opened
      const response = await send(path)
      if (response.status !== 401) return response
      await oidc.renewTokensAsync()
      return send(path)
    },
    signedIn: () => oidc.tokens !== null,
  }
}
