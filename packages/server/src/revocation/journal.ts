import { createReadStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { type RevocationEntry, type SessionEndReason, sessionEndReasons } from '@sessionward/protocol'
import { createBatch } from '../store/driver/batch.js'

/**
 * Records session ends outside the database, so that sessions which a restored backup brings back can be ended again. An
 * append-only file with one line of JSON for each session.
 */
export interface RevocationJournal {
  /**
   * Resolves when the session ends among these entries are on disk; without any, when the file could be opened. Profile changes are
   * not recorded, because the directory has them.
   */
  append(entries: readonly RevocationEntry[]): Promise<void>
}

export interface JournalLine {
  readonly sid: string
  readonly reason: SessionEndReason
}

/** @param path The file. It is created with its folder, readable by this user only, and may be moved at any time. */
export function openJournal(path: string): RevocationJournal {
  const write = createBatch<string, void>({
    // One batch at a time, so that lines do not interleave.
    maxConcurrent: 1,
    maxItems: 1000,
    async run(lines) {
      const firstCreated = await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      // Opened for each batch, so that log rotation can move the file.
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

/** Starts a new line if a power loss left an incomplete one. */
async function startOfLine(file: Awaited<ReturnType<typeof open>>, size: number): Promise<string> {
  if (size === 0) return ''
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] === 0x0a ? '' : '\n'
}

/** A new file or folder survives a power loss only after its parent folder is synced. */
async function syncFoldersOf(path: string, firstCreated: string | undefined): Promise<void> {
  // Windows cannot open folders.
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
 * @returns the lines; null for an unreadable one, such as an incomplete line after a power loss.
 * @throws Error if the file does not exist.
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
