import { join } from 'node:path'
import pg from 'pg'
import { findExecutable, programFolders, run, versionFolders } from '../../../../scripts/services/executables.mjs'

/** Backs a database up, as operators do, with the pg_dump that came with the server of this machine. */
export async function dump(url: string, file: string): Promise<void> {
  await run(program('pg_dump'), ['--format=custom', `--file=${file}`, url])
}

/** Puts a new database in the place of one to which nobody is connected, and restores a backup into it. */
export async function restore(url: string, file: string): Promise<void> {
  const name = new URL(url).pathname.slice(1)
  const client = new pg.Client({ connectionString: new URL('/postgres', url).href })
  await client.connect()
  try {
    await client.query(`DROP DATABASE ${name}`)
    await client.query(`CREATE DATABASE ${name}`)
  } finally {
    await client.end()
  }
  await run(program('pg_restore'), ['--exit-on-error', `--dbname=${url}`, file])
}

function program(name: string): string {
  const folders = versionFolders('/usr/lib/postgresql').map((folder) => join(folder, 'bin'))
  return findExecutable(name, programFolders(folders)) ?? name
}
