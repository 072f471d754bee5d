export interface Account {
  readonly username: string
  readonly name: string
  /** Of the hash in the table. */
  readonly hash: 'MD5' | 'argon2id'
  readonly disabled: boolean
}

export interface SystemState {
  readonly questions: { readonly profiles: number; readonly names: number; readonly upgrades: number }
  readonly people: readonly Account[]
  readonly cache: 'running' | 'stopped' | 'none'
}

/** What an act has shown, in numbers. */
export interface Shown {
  readonly statuses: readonly number[]
  readonly codes: readonly number[]
  /** Milliseconds. */
  readonly slowest: number
  /** The number of profiles that were read from the database. */
  readonly questions: number
  readonly failedSignIns: number
  /** Milliseconds until the cache answered again. */
  readonly back: number
  readonly password: string
}

export type ControlName =
  | ('exchange' | 'stop' | 'start' | 'flush' | 'slow' | 'hundred' | 'unknown')
  | ('disable' | 'enable' | 'password')

export async function systemState(): Promise<SystemState> {
  return (await fetch('/control/state')).json()
}

/** Does something to the servers of this demonstration. */
export async function control(act: ControlName, username?: string): Promise<Shown> {
  const response = await fetch(`/control/${[act, username].filter(Boolean).join('/')}`, { method: 'POST' })
  return await response.json()
}
