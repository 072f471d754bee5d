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
 * The drafts of one client in this tab, in one item of `sessionStorage`: the client removes it with a sign-out on purpose.
 *
 * @param now milliseconds since the epoch
 */
export function draftStore(item: string, now: () => number): DraftStore {
  const read = (): Drafts => {
    try {
      const drafts = Object.entries(JSON.parse(sessionStorage.getItem(item) ?? '{}') as Drafts)
      return Object.fromEntries(drafts.filter(([, { savedAt }]) => Math.abs(now() - savedAt) < lifetime))
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
