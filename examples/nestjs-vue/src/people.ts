import type { AuthServer, Store } from '@sessionward/server'

/** Somebody with an account, as an administrator sees them. */
export interface Person {
  readonly subject: string
  readonly username: string
  /** Whether the role `admin` is theirs. */
  readonly isAdministrator: boolean
  /** In how many browsers they are signed in. */
  readonly sessions: number
}

/** Injects {@link People}. */
export const PEOPLE = Symbol('PEOPLE')

/** Whose accounts there are, and what an administrator may do to them. */
export class People {
  readonly #auth: AuthServer
  readonly #store: Store
  readonly #subjects = new Set<string>()

  constructor(auth: AuthServer, store: Store) {
    this.#auth = auth
    this.#store = store
    auth.on(({ type, subject }) => {
      if (type === 'account_created' && subject !== null) this.#subjects.add(subject)
    })
  }

  async add(account: { readonly username: string; readonly password: string; readonly scope?: string }): Promise<void> {
    const { subject } = await this.#auth.accounts!.create(account)
    this.#subjects.add(subject)
  }

  async list(): Promise<readonly Person[]> {
    const people = await Promise.all([...this.#subjects].map((subject) => this.#find(subject)))
    return people.filter((person) => person !== undefined)
  }

  /** Ends every session of a person: guards refuse their tokens and their tabs show the reason within a second. */
  async signOut(subject: string): Promise<number> {
    return await this.#auth.sessions.endAll({ subject })
  }

  /** Gives a role or takes it away. Tokens with the former scope are refused, and refreshed; nobody is signed out. */
  async setAdministrator(subject: string, is: boolean): Promise<void> {
    await this.#auth.accounts!.setScope({ subject }, is ? 'admin' : '')
  }

  async #find(subject: string): Promise<Person | undefined> {
    const account = await this.#store.accounts.find({ tenant: '', subject })
    if (!account) return undefined
    const { username, scope } = account
    const sessions = await this.#auth.sessions.list({ subject })
    return { subject, username, isAdministrator: scope.split(' ').includes('admin'), sessions: sessions.length }
  }
}
