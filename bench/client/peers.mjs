// The clients, and what each of them is. Versions are exact, so that a run can be repeated.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @typedef {object} Peer
 * @property {string} file in peers/
 * @property {string} name
 * @property {boolean} [axios] whether it needs axios, whose size is counted apart
 * @property {boolean} [worker] whether it needs a service worker, whose size is counted apart
 * @property {boolean} [tabsShareNothing] whether each tab has tokens of its own, so that nothing can happen between tabs
 */

/** @type {readonly Peer[]} */
export const peers = [
  { file: 'sessionward-fetch', name: '**Sessionward**, `client.fetch`' },
  { file: 'sessionward-axios', name: '**Sessionward**, `attachAxios`', axios: true },
  { file: 'is-refreshing', name: '`isRefreshing` queue', axios: true },
  { file: 'failed-queue', name: '`failedQueue` with `processQueue`', axios: true },
  { file: 'axios-auth-refresh', name: 'axios-auth-refresh', axios: true },
  {
    file: 'axios-auth-refresh-all',
    name: 'axios-auth-refresh, `deduplicateRefresh: false`',
    axios: true,
  },
  { file: 'axios-jwt', name: 'axios-jwt', axios: true },
  {
    file: 'multitab-token-refresh',
    name: '@weareyipyip/multitab-token-refresh',
    axios: true,
  },
  { file: 'alova', name: 'alova, token authentication' },
  { file: 'ky', name: 'ky, recipe' },
  { file: 'fetch-extras', name: 'fetch-extras, `withTokenRefresh`' },
  { file: 'oidc-client-ts', name: 'oidc-client-ts' },
  { file: 'keycloak-js', name: 'keycloak-js', tabsShareNothing: true },
  { file: 'supabase-auth-js', name: '@supabase/auth-js' },
  { file: 'auth0-spa-js', name: '@auth0/auth0-spa-js' },
  { file: 'axa-oidc-client', name: '@axa-fr/oidc-client, service worker', worker: true },
]

export const versions = {
  axios: '1.21.1',
  'axios-auth-refresh': '5.0.2',
  'axios-jwt': '4.0.3',
  '@weareyipyip/multitab-token-refresh': '2.0.2',
  alova: '3.5.5',
  ky: '2.1.0',
  'fetch-extras': '3.2.1',
  'oidc-client-ts': '3.5.0',
  'keycloak-js': '26.2.4',
  '@supabase/auth-js': '2.119.1',
  '@auth0/auth0-spa-js': '2.28.3',
  '@axa-fr/oidc-client': '7.29.1',
}

const folder = join(import.meta.dirname, '../../.cache/client-peers')

/** Where the peers' packages are. */
export const modules = join(folder, 'node_modules')

/** Installs the peers beside the repository's own packages, never into its lock file. */
export function installPeers() {
  const wanted = `${JSON.stringify({ private: true, dependencies: versions }, null, 2)}\n`
  const file = join(folder, 'package.json')
  const installed = join(folder, 'node_modules/.package-lock.json')
  if (existsSync(installed) && readFileSync(file, 'utf8') === wanted) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, wanted)
  console.log('installing the other clients into .cache/client-peers')
  // Some say that they need a newer Node; here they only run in the browser.
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { status } = spawnSync('npm', ['install', ...options], { cwd: folder, stdio: 'inherit', timeout: 240_000 })
  if (status !== 0) throw new Error('The other clients could not be installed; a registry is needed once.')
}
