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
  /** Keeps the previous draft if the storage is full. */
  write(place: string, draft: StoredDraft): void
  remove(place: string): void
  /** Deletes the drafts of all other owners. */
  prune(owner: string): void
}

/** Milliseconds. */
const lifetime = 30 * 60_000

type Drafts = Readonly<Record<string, StoredDraft & { readonly savedAt: number }>>

/**
 * The drafts of one client in this tab, in one item of `sessionStorage`.
 *
 * Drafts that were saved before the last explicit sign-out in this browser are ignored.
 */
export function draftStore({ name, environment: { wall: now, recall } }: ClientConfig): DraftStore {
  const item = `${name} drafts`
  const read = (): Drafts => {
    try {
      const drafts = Object.entries(JSON.parse(sessionStorage.getItem(item) ?? '{}') as Drafts)
      const signedOutAt = Number(recall(item))
      return Object.fromEntries(
        drafts.filter(([, draft]) => draft.savedAt > signedOutAt && now() - draft.savedAt < lifetime),
      )
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
      // The storage is full or forbidden. The form works without a draft.
    }
  }
  const deleteUnless = (predicate: (place: string, draft: StoredDraft) => boolean) =>
    write(Object.fromEntries(Object.entries(read()).filter(([place, draft]) => predicate(place, draft))))
  return {
    read: (place) => read()[place],
    write: (place, draft) => write({ ...read(), [place]: { ...draft, savedAt: now() } }),
    remove: (place) => deleteUnless((other) => other !== place),
    prune: (owner) => deleteUnless((_, draft) => draft.owner === owner),
  }
}

/** Milliseconds between the submission of a form and the start of the navigation that it causes. */
const submissionTime = 5000

/**
 * For a page that answers the submission of a form that did not arrive: its draft, if it has one, is kept as one that was not
 * submitted. It is found by its time, because `Referer` may be missing and a page may have several forms.
 */
export function keepDraftOfSubmission(): void {
  try {
    for (const [item, text] of Object.entries(sessionStorage) as [string, string][]) {
      if (!item.endsWith(' drafts')) continue
      const drafts = Object.entries(JSON.parse(text) as Drafts).map(([place, draft]) => {
        const led = draft.submitted && Math.abs(performance.timeOrigin - draft.savedAt) < submissionTime
        return [place, led ? { ...draft, submitted: false } : draft]
      })
      sessionStorage.setItem(item, JSON.stringify(Object.fromEntries(drafts)))
    }
  } catch {
    // No storage here, or something else under such a name.
  }
}
