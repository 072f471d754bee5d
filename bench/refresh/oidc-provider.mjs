import { startOidcProvider } from '../harness/oidc-provider.mjs'

export const start = ({ sessions }) => startOidcProvider({ sessions, name: 'oidc-provider, memory' })
