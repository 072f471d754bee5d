// On the disk that the repository is on: a folder for temporary files may be in memory, where fdatasync costs nothing.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const cache = join(import.meta.dirname, '../../.cache')

/** A folder for data. It goes with this process. */
export function scratchFolder() {
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Has the database servers that this process starts keep everything on that disk. Some run as another user. */
export function useDisk() {
  if (process.env.TMPDIR?.startsWith(cache)) return
  const folder = scratchFolder()
  chmodSync(folder, 0o1777)
  process.env.TMPDIR = folder
}
