// What @axa-fr/oidc-client has applications copy beside their page.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { modules } from '../peers.mjs'

const scripts = {
  '/OidcServiceWorker.js': () => readFileSync(join(modules, worker), 'utf8'),
  /** Where an application says which addresses may receive tokens. */
  '/OidcTrustedDomains.js': (origin) =>
    `const trustedDomains = ${JSON.stringify({ default: { oidcDomains: [origin], accessTokenDomains: [`${origin}/data`] } })}`,
}

/** The file of the service worker, in the folder of the peers' packages. */
export const worker = '@axa-fr/oidc-client-service-worker/dist/OidcServiceWorker.js'

/** The script at this path, if it is one of the two. */
export const workerScript = ({ pathname, origin }) => scripts[pathname]?.(origin)
