import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RevocationEntry } from '@sessionward/protocol'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type JournalLine, openJournal, readJournal } from '../../src/revocation/journal.js'
import { testServer } from '../harness/auth-server.js'
import { Holder } from '../harness/holder.js'
import { testSecrets } from '../harness/secrets.js'
import { loseAnswers } from '../harness/stores.js'

describe('the journal of revocations', () => {
  it('keeps the ends of sessions, each as a line, in a file for this user alone', async () => {
    const path = join(newFolder(), 'deep', 'journal.jsonl')
    const journal = openJournal(path)

    await Promise.all([journal.append([end('a'), end('b', 'signed_out')]), journal.append([end('c')])])

    expect(await linesOf(path)).toEqual([
      { sid: 'a', reason: 'session_revoked' },
      { sid: 'b', reason: 'signed_out' },
      { sid: 'c', reason: 'session_revoked' },
    ])
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('keeps no changed profile, which the directory knows', async () => {
    const path = join(newFolder(), 'journal.jsonl')

    await openJournal(path).append([{ sub: 'ann', pv: 3, expires: 9e9 }, end('a')])

    expect(await linesOf(path)).toEqual([{ sid: 'a', reason: 'session_revoked' }])
  })

  it('begins a line of its own after half a line, which counts as unreadable', async () => {
    const path = join(newFolder(), 'journal.jsonl')
    const journal = openJournal(path)
    await journal.append([end('a')])
    appendFileSync(path, '{"at":"2026-01-01T00:00')

    await journal.append([end('b')])

    expect(await linesOf(path)).toEqual([
      { sid: 'a', reason: 'session_revoked' },
      null,
      { sid: 'b', reason: 'session_revoked' },
    ])
  })

  it('treats an unknown reason as a revocation, and ignores a malformed line', async () => {
    const path = join(newFolder(), 'journal.jsonl')
    appendFileSync(path, '{"sid":"a","reason":"of the future"}\n{"sid":7}\nnull\n[]\n\n{"sid":""}\n')

    expect(await linesOf(path)).toEqual([{ sid: 'a', reason: 'session_revoked' }, null, null, null, null])
  })

  it('continues in a new file when the old one is moved', async () => {
    const path = join(newFolder(), 'journal.jsonl')
    const journal = openJournal(path)
    await journal.append([end('a')])
    renameSync(path, `${path}.1`)

    await journal.append([end('b')])

    expect(await linesOf(path)).toEqual([{ sid: 'b', reason: 'session_revoked' }])
  })

  it('loses no line of two writers on one file', async () => {
    const path = join(newFolder(), 'journal.jsonl')
    const writers = [openJournal(path), openJournal(path)]

    await Promise.all(Array.from({ length: 200 }, (_, index) => writers[index % 2]!.append([end(`session ${index}`)])))

    const lines = await linesOf(path)
    expect(new Set(lines.map((line) => line?.sid)).size).toBe(200)
  })
})

describe('an auth server with a journal', () => {
  it('answers a sign-out once it is in the journal', async () => {
    const path = join(newFolder(), 'journal.jsonl')
    const { auth } = testServer({ journal: path })
    const [one, other] = [await Holder.start(auth), await Holder.start(auth)]

    await auth.sessions.end(one.sid, 'signed_out')
    expect(readFileSync(path, 'utf8')).toContain(one.sid)
    expect(readFileSync(path, 'utf8')).not.toContain(other.sid)

    await auth.sessions.endAll({ subject: 'ann' })
    expect(await linesOf(path)).toEqual([
      { sid: one.sid, reason: 'signed_out' },
      { sid: other.sid, reason: 'session_revoked' },
    ])
  })

  it('writes down at its start what a node that died in between had left out', async () => {
    const path = join(newFolder(), 'journal.jsonl')
    const secrets = testSecrets()
    const { auth, stored } = testServer({ journal: path, secrets })
    const client = await Holder.start(auth)
    await stored.store.sessions.revoke(client.sid, 'signed_out', 300)

    const { auth: later } = testServer({ journal: path, store: stored.store, secrets })
    await later.ready()

    expect(await linesOf(path)).toEqual([{ sid: client.sid, reason: 'signed_out' }])
  })

  it('ends a session although its journal cannot be written, and tells the operator', async () => {
    const { auth, logged } = testServer({ journal: newFolder() })
    const client = await Holder.start(auth)

    await auth.sessions.end(client.sid)

    expect(await client.outcome()).toBe('session_revoked')
    expect(auth.figures().journal_failed).toBeGreaterThan(0)
    expect(logged.join('\n')).toMatch(
      /^warn the revocation journal could not be written and is retried: Error: EISDIR/m,
    )
  })

  it('writes down later what its journal could not take, once it can be written again', async () => {
    const path = join(newFolder(), 'journal.jsonl')
    mkdirSync(path)
    const { auth } = testServer({ journal: path })
    const client = await Holder.start(auth)
    await auth.sessions.end(client.sid)

    rmSync(path, { recursive: true })

    await vi.waitFor(
      async () => expect(await linesOf(path)).toEqual([{ sid: client.sid, reason: 'session_revoked' }]),
      patience,
    )
  })

  it('writes down at its end what it could not take, if it can be written by then', async () => {
    const path = join(newFolder(), 'journal.jsonl')
    mkdirSync(path)
    const { auth } = testServer({ journal: path })
    const client = await Holder.start(auth)
    await auth.sessions.end(client.sid)
    rmSync(path, { recursive: true })

    await auth.close()

    expect(await linesOf(path)).toEqual([{ sid: client.sid, reason: 'session_revoked' }])
  })

  it('writes down an end that was committed although its answer was lost, and tells guards', async () => {
    const path = join(newFolder(), 'journal.jsonl')
    const { auth, stored } = testServer({ journal: path })
    const clients = [await Holder.start(auth), await Holder.start(auth)]
    const heard: string[] = []
    auth.revocations.subscribe(({ entries }) => {
      for (const entry of entries) if ('sid' in entry) heard.push(entry.sid)
    })
    loseAnswers(stored, 'sessions.revoke', 'sessions.revokeBySubject')
    await expect(auth.sessions.end(clients[0]!.sid, 'signed_out')).rejects.toThrow('the answer was lost')
    await expect(auth.sessions.endAll({ subject: 'ann' })).rejects.toThrow('the answer was lost')

    stored.around = undefined

    const sids = clients.map(({ sid }) => sid).sort()
    await vi.waitFor(async () => {
      expect((await linesOf(path)).map((line) => line?.sid).sort()).toEqual(sids)
      expect([...new Set(heard)].sort()).toEqual(sids)
    }, patience)
  })

  it('tells the operator at its start of a journal that cannot be written, and starts', async () => {
    const { auth } = testServer({ journal: newFolder() })

    await auth.ready()

    expect(auth.figures().journal_failed).toBe(1)
  })

  it('says at the door what a journal must be', () => {
    expect(() => testServer({ journal: '' })).toThrow(new TypeError('journal must be the path of a file'))
  })
})

function end(sid: string, reason: 'session_revoked' | 'signed_out' = 'session_revoked'): RevocationEntry {
  return { sid, reason, expires: 4_000_000_000 }
}

const patience = { timeout: 10_000, interval: 100 }

async function linesOf(path: string) {
  const lines: (JournalLine | null)[] = []
  for await (const line of readJournal(path)) lines.push(line)
  return lines
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sessionward-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
