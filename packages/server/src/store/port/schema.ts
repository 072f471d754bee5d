/** One step towards the current schema. */
export interface Migration {
  /** 1 is the first. */
  readonly version: number
  /** Its purpose, in a few words. */
  readonly title: string
  /** Statements, in order. */
  readonly statements: readonly string[]
}

/**
 * The migrations from an empty database to the tables of this version of the library.
 *
 * A migration only adds, and nodes of the previous version continue to work, so that old and new nodes can run side by side across one
 * migration. Across two, the older node rejects with an Error that names both versions. A driver migrates at its first use unless its
 * options say `migrate: 'manual'`.
 */
export interface Schema {
  /** The pending migrations, the oldest first. Changes nothing, and works before any migration. */
  pending(): Promise<readonly Migration[]>
  /** Runs the pending migrations. If nodes start together, one migrates and the others wait. @returns what this call ran. */
  migrate(): Promise<readonly Migration[]>
}
