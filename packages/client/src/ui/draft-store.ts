import type { ClientConfig } from '../config.js'
import type { FieldValues } from './form-fields.js'

export interface StoredDraft {
  /** Whose draft it is. */
  readonly owner: string
  /** The session in which it was written. */
  readonly sid: string | undefined
  /** Whether the browser has submitted the form since. */
  readonly submitted: boolean
  readonly fields: FieldValues
}

export interface DraftStore {
  read(place: string): StoredDraft | undefined
  /** Where there is no room, what was there before stays. */
  write(place: string, draft: StoredDraft): void
  remove(place: string): void
  /** Removes what belongs to anybody else. */
  keepOnly(owner: string): void
}

/** Milliseconds. */
const lifetime = 30 * 60_000

type Drafts = Readonly<Record<string, StoredDraft & { readonly savedAt: number }>>

/**
 * The drafts of one client in this tab, in one item of `sessionStorage`.
 *
 * What was saved before the last sign-out on purpose in this browser, of which the client keeps the time, counts no more.
 */
export function draftStore({ name, environment: { wall: now, recall } }: ClientConfig): DraftStore {
  const item = `${name} drafts`
  const read = (): Drafts => {
    try {
      const drafts = Object.entries(JSON.parse(sessionStorage.getItem(item) ?? '{}') as Drafts)
      const left = Number(recall(item))
      return Object.fromEntries(drafts.filter(([, draft]) => draft.savedAt > left && now() - draft.savedAt < lifetime))
    } catch {
      // No storage here, or something else under this name.
      return {}
    }
  }
  const write = (drafts: Drafts) => {
    try {
      if (Object.keys(drafts).length === 0) sessionStorage.removeItem(item)
      else sessionStorage.setItem(item, JSON.stringify(drafts))
    } catch {
      // It is full, or forbidden: a failed write leaves what was there, and the form works without.
    }
  }
  const keep = (wanted: (place: string, draft: StoredDraft) => boolean) =>
    write(Object.fromEntries(Object.entries(read()).filter(([place, draft]) => wanted(place, draft))))
  return {
    read: (place) => read()[place],
    write: (place, draft) => write({ ...read(), [place]: { ...draft, savedAt: now() } }),
    remove: (place) => keep((other) => other !== place),
    keepOnly: (owner) => keep((_, draft) => draft.owner === owner),
  }
}
