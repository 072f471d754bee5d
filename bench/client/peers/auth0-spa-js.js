// Signs in by token exchange, which needs no page of the auth server. Tokens are in localStorage, so that the tabs share them.
import { Auth0Client } from '@auth0/auth0-spa-js'
import { fetchWithToken } from './application.js'

export function connect() {
  const auth0 = new Auth0Client({
    domain: location.origin,
    clientId: 'bench',
    cacheLocation: 'localstorage',
    useRefreshTokens: true,
    authorizationParams: { audience: 'bench' },
  })
  return {
    signIn: (name) =>
      auth0.exchangeToken({ subject_token: name, subject_token_type: 'urn:bench:name', audience: 'bench' }),
    request: (path) =>
      fetchWithToken(
        path,
        () => auth0.getTokenSilently(),
        () => auth0.getTokenSilently({ cacheMode: 'off' }),
      ),
    signedIn: () => Object.keys(localStorage).some((key) => key.startsWith('@@auth0spajs@@')),
  }
}
