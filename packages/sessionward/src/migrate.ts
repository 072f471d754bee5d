import type { Store } from '@sessionward/server'

interface MigrateOptions {
  /** Only says what would be done. */
  readonly dryRun: boolean
  /** Takes each line that the person should read. */
  readonly print: (line: string) => void
}

/** Makes the tables that a database lacks, or says what it would do. It may be run again, and by several at once. */
export async function migrateDatabase({ schema }: Pick<Store, 'schema'>, options: MigrateOptions): Promise<void> {
  const { dryRun, print } = options
  if (!schema) return print('This store has no tables to make: nothing to do.')
  const steps = dryRun ? await schema.pending() : await schema.migrate()
  if (steps.length === 0) return print('The database has all its tables: nothing to do.')
  for (const { version, title, statements } of steps) {
    print(`${dryRun ? 'would do' : 'done'}  step ${version}: ${title}`)
    if (dryRun) for (const statement of statements) print(`\n${dedented(statement)};\n`)
  }
  if (dryRun) print('Nothing was changed.')
}

/** Without the indentation that it has in its source, and without a semicolon of its own. */
function dedented(statement: string): string {
  const lines = statement.replace(/^\s*\n|[\s;]+$/g, '').split('\n')
  const margins = lines.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)![0].length)
  const margin = Math.min(...margins)
  return lines.map((line) => line.slice(margin)).join('\n')
}
