/** Written into the page by src/web-server.ts. */
export interface Config {
  readonly accounts: readonly { readonly username: string; readonly password: string; readonly name: string }[]
  /** Lifetime of an access token in seconds. */
  readonly accessToken: number
  /** Where users are, such as `MariaDB 10.11`. */
  readonly users: string
  /** Such as `Redis 7.0`; undefined where there is none. */
  readonly cache?: string
  readonly notes: readonly string[]
}

export const config = JSON.parse(document.getElementById('config')!.textContent!) as Config
