// Keeps its tokens in memory: in real life every tab asks Keycloak, by its cookie, for tokens of its own.
import Keycloak from 'keycloak-js'
import { fetchWithToken, post } from './application.js'

export function connect() {
  const keycloak = new Keycloak({ url: location.origin, realm: 'bench', clientId: 'bench' })
  const fresh = async (validity) => {
    await keycloak.updateToken(validity)
    return keycloak.token
  }
  return {
    async signIn(name) {
      const { accessToken, refreshToken } = await post('/login', { name })
      await keycloak.init({ token: accessToken, refreshToken, checkLoginIframe: false })
    },
    request: (path) =>
      fetchWithToken(
        path,
        () => fresh(5),
        () => fresh(-1),
      ),
    signedIn: () => keycloak.authenticated,
  }
}
