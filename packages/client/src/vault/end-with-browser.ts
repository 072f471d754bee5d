import type { Transport } from '@sessionward/protocol'
import type { Vault, VaultTools } from './vault.js'

/**
 * A vault whose sessions with `remember: false` end with the browser. In cookie transport the cookie does so by itself.
 *
 * @throws where its code cannot be loaded: a refresh token that should not outlive the browser is not written then.
 */
export function endWithBrowser(shared: Vault, transport: Transport, name: string, tools: VaultTools): Vault {
  if (transport === 'cookie') return shared
  let opening: Promise<Vault> | undefined
  return (change) => {
    opening ??= import('./open-tabs.js').then(({ openTabsVault }) => openTabsVault(shared, name, tools))
    return opening.then((vault) => vault(change))
  }
}
