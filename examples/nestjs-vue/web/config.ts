/** Written into the page by src/web-server.ts. */
interface Config {
  readonly accounts: readonly { readonly username: string; readonly password: string; readonly scope?: string }[]
}

export const config = JSON.parse(document.getElementById('config')!.textContent!) as Config
