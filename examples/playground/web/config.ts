/** What the web server writes into the page: where the other two servers are, and who may sign in. */
export interface PageConfig {
  readonly auth: string
  readonly api: string
  /** Seconds. */
  readonly accessTokenLifetime: number
  readonly accounts: readonly { readonly username: string; readonly password: string }[]
}

export const config = JSON.parse(document.getElementById('config')!.textContent) as PageConfig

const asked = new URLSearchParams(location.search).get('distance')

/** Delay added to every request, in milliseconds there and back. `?distance=0` adds none. */
export const distance = asked === null ? 400 : Math.min(Math.max(Number(asked) || 0, 0), 2000)

/** Milliseconds since the epoch, with fractions, on the clock that all tabs of a browser share. */
export function now(): number {
  return performance.timeOrigin + performance.now()
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
