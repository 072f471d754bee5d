import { createReadStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { type RevocationEntry, type SessionEndReason, sessionEndReasons } from '@sessionward/protocol'
import { createBatch } from '../store/driver/batch.js'

/**
 * The ends of sessions, kept outside the database. A restored backup contains sessions that ended after it was made; they are
 * ended again from the journal. One line of JSON for each, in a file that is only appended to.
 */
export interface RevocationJournal {
  /**
   * Resolves when the ends among these entries are on the disk; without any, when the file could be opened. Profile changes
   * are not kept, because the directory has them.
   */
  append(entries: readonly RevocationEntry[]): Promise<void>
}

export interface JournalLine {
  readonly sid: string
  readonly reason: SessionEndReason
}

/** @param path The file, which is created with its folder, readable by this user only. It may be moved away at any time. */
export function openJournal(path: string): RevocationJournal {
  const write = createBatch<string, void>({
    // One after the other, so that lines do not mix.
    maxConcurrent: 1,
    maxItems: 1000,
    async run(lines) {
      const firstCreated = await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      // Opened for each batch, so that a log rotation can simply move the file.
      const file = await open(path, 'a+', 0o600)
      try {
        const { size } = await file.stat()
        await file.appendFile((await startOfLine(file, size)) + lines.join(''))
        await file.datasync()
        if (size === 0) await syncFoldersOf(path, firstCreated)
      } finally {
        await file.close()
      }
      return lines.map(() => undefined)
    },
  })
  return {
    async append(entries) {
      const lines = entries.flatMap((entry) => ('sid' in entry ? [lineOf(entry)] : []))
      await Promise.all((lines.length > 0 ? lines : ['']).map(write))
    },
  }
}

function lineOf({ sid, reason }: JournalLine): string {
  return `${JSON.stringify({ at: new Date().toISOString(), sid, reason })}\n`
}

/** A machine that lost power may have left half a line. */
async function startOfLine(file: Awaited<ReturnType<typeof open>>, size: number): Promise<string> {
  if (size === 0) return ''
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] === 0x0a ? '' : '\n'
}

/** A new file, or folder, survives a loss of power once the folder that names it is on the disk. */
async function syncFoldersOf(path: string, firstCreated: string | undefined): Promise<void> {
  // Windows opens no folders.
  if (process.platform === 'win32') return
  const last = dirname(resolve(firstCreated ?? path))
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const handle = await open(folder, 'r')
    await handle.sync().finally(() => handle.close())
    if (folder === last || folder === dirname(folder)) return
  }
}

/**
 * Reads a journal from its beginning.
 *
 * @returns line by line; null for one that cannot be read, such as half a line after a loss of power.
 * @throws Error where the file does not exist.
 */
export async function* readJournal(path: string): AsyncGenerator<JournalLine | null> {
  for await (const text of createInterface({
    input: createReadStream(path, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (text !== '') yield parseLine(text)
  }
}

const reasons: ReadonlySet<unknown> = new Set(sessionEndReasons)

function parseLine(text: string): JournalLine | null {
  try {
    const { sid, reason } = JSON.parse(text) as Partial<JournalLine>
    if (typeof sid !== 'string' || sid === '') return null
    return { sid, reason: reasons.has(reason) ? reason! : 'session_revoked' }
  } catch {
    return null
  }
}
