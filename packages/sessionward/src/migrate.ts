import type { Migration, Store } from '@sessionward/server'

/** Prints one line for the user. */
type Print = (line: string) => void

/** Runs the pending migrations. It can be run again, and by several processes at once. */
export async function migrateDatabase({ schema }: Pick<Store, 'schema'>, print: Print): Promise<void> {
  const steps = await schema?.migrate()
  if (!steps?.length) return print(nothingToDo(steps))
  for (const { version, title } of steps) print(`done  step ${version}: ${title}`)
}

/** Prints what a migration would do. */
export function showPending(steps: readonly Migration[] | undefined, print: Print): void {
  if (!steps?.length) {
    print(nothingToDo(steps))
    return
  }
  for (const { version, title, statements } of steps) {
    print(`would do  step ${version}: ${title}`)
    for (const statement of statements) print(`\n${dedent(statement)};\n`)
  }
  print('Nothing was changed.')
}

function nothingToDo(steps: readonly Migration[] | undefined): string {
  return steps ? 'The schema is up to date: nothing to do.' : 'This kind of database has no schema: nothing to do.'
}

/** Removes the common indentation and a trailing semicolon. */
function dedent(statement: string): string {
  const lines = statement.replace(/^\s*\n|[\s;]+$/g, '').split('\n')
  const margins = lines.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)![0].length)
  const margin = Math.min(...margins)
  return lines.map((line) => line.slice(margin)).join('\n')
}
