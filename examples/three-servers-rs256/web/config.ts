/** Written into the page by src/web-server.ts. */
export interface Config {
  readonly auth: string
  readonly orders: string
  readonly invoices: string
  readonly accounts: readonly { readonly username: string; readonly password: string }[]
  /** Seconds. */
  readonly lifetimes: { readonly accessToken: number; readonly refreshToken: number }
}

export type BusinessServer = 'orders' | 'invoices'

export const business: readonly BusinessServer[] = ['orders', 'invoices']

export const config = JSON.parse(document.getElementById('config')!.textContent!) as Config
