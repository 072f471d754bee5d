import { notSentFragment } from '@sessionward/protocol'
import { unknownOption } from '#option-names'
import { type AttachableClient, attachable } from '../attach/attachable.js'
import { draftStore } from './draft-store.js'
import { isUntouched, readFields, rememberPasswords, writeFields } from './form-fields.js'

/** The part of a client that drafts use. */
export interface DraftClient extends AttachableClient {
  /** As `client.subscribe`. */
  subscribe(listener: () => void): () => void
}

/** Options of `draft`. An unknown name is refused. */
export interface DraftOptions {
  /** The client whose person the draft belongs to. */
  readonly client: DraftClient
  /** Tells the forms of one page apart. Default: the form's `id`, or its `name`. */
  readonly key?: string | undefined
}

/** A draft that is kept of a form. */
export interface Draft {
  /** Whether the form was filled in from a draft, once it is known who is signed in. */
  readonly restored: Promise<boolean>
  /** Removes the draft: what was written has arrived. */
  discard(): void
  /** Keeps the form no longer. The draft stays until its time is over. */
  stop(): void
}

/** Milliseconds after the last change. */
const saveDelay = 300

/**
 * Keeps what is written in a form over a redirect to sign-in, for the same person, in the same tab and on the same page, for
 * 30 minutes, and fills it in again. Nothing is submitted. Passwords, also while they are shown, files, hidden fields, payment
 * data and one-time codes are never kept; the last two are recognised by `autocomplete` only. A sign-out on purpose removes the
 * drafts of this client.
 *
 * A form that is submitted by the browser keeps its draft only until the page opens again in the same session: after another
 * sign-in in between, it may not have arrived. If your script sends the form, call `discard` when it has arrived.
 *
 * @throws TypeError that names the option and what was expected.
 */
export function draft(form: HTMLFormElement, options: DraftOptions): Draft {
  // Not `form.id`: a field may have that name.
  const { client, key = form.getAttribute('id') || form.getAttribute('name') || 'form' } = check(form, options)
  const { config, session } = client[attachable]
  const store = draftStore(config)
  const place = `${location.pathname}${location.search} ${key}`
  const stopped = new AbortController()
  const { signal } = stopped
  /** Whose form this is: who was signed in when it was opened, and stays if the session ends. */
  let owner: string | undefined
  let sid: string | undefined
  let changed = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const save = (submitted = false) => {
    clearTimeout(timer)
    if (!owner || (!changed && !submitted)) return
    changed = false
    store.write(place, { owner, sid, submitted, fields: readFields(form) })
  }
  const discard = () => {
    clearTimeout(timer)
    changed = false
    store.remove(place)
  }
  const stop = () => {
    save()
    stopped.abort()
    stopListening()
  }
  const restore = (): boolean => {
    // Drafts of other persons are deleted, also those of other pages.
    store.prune(owner!)
    const found = store.read(place)
    if (!found) return false
    // The page guard sets this fragment if it could not resend the form.
    const cameBack = location.hash === notSentFragment
    if (cameBack) history.replaceState(history.state, '', location.pathname + location.search)
    if (found.submitted && found.sid === sid && !cameBack) {
      store.remove(place)
      return false
    }
    // What the person has begun to write meanwhile is newer.
    return !changed && isUntouched(form) && writeFields(form, found.fields)
  }
  let resolveRestored: (restored: boolean) => void
  const restored = new Promise<boolean>((resolve) => {
    resolveRestored = resolve
  })
  const onClientChange = () => {
    if (session.state === 'unknown') return
    if (!owner && session.owner && session.tokens) {
      owner = session.owner
      sid = session.tokens.session.id
      resolveRestored(restore())
    } else if (session.owner && session.owner !== owner) {
      // Another person: what is written belongs to the one before, and is not kept any more.
      changed = false
      clearTimeout(timer)
      if (owner) stop()
    } else if (session.owner && session.tokens) sid = session.tokens.session.id
    else if (session.reason === 'signed_out') {
      discard()
      owner = undefined
    }
    if (session.state === 'anonymous') resolveRestored(false)
  }
  const stopListening = client.subscribe(onClientChange)
  const onChange = () => {
    changed = true
    clearTimeout(timer)
    timer = setTimeout(save, saveDelay)
  }
  rememberPasswords(form)
  // In the capturing phase, before a listener of the field or of a button shows what is written.
  for (const name of ['input', 'click']) {
    form.addEventListener(name, () => rememberPasswords(form), { signal, capture: true })
  }
  form.addEventListener('input', onChange, { signal })
  form.addEventListener('change', onChange, { signal })
  form.addEventListener('reset', discard, { signal })
  // On the window, after all listeners of the form: whether one of them has taken the submission over.
  window.addEventListener('submit', (event) => event.target === form && !event.defaultPrevented && save(true), {
    signal,
  })
  window.addEventListener('pagehide', () => save(), { signal })
  onClientChange()
  return { restored, discard, stop }
}

function check(form: HTMLFormElement, options: DraftOptions): DraftOptions {
  if (!(form instanceof HTMLFormElement)) throw new TypeError('draft: expected a <form>.')
  const unknown = unknownOption(options, ['client', 'key'])
  if (unknown) throw new TypeError(`draft: ${unknown}`)
  if (!options.client?.[attachable]) throw new TypeError('draft: `client` must be what `createClient` returned.')
  if (options.key !== undefined && !options.key) throw new TypeError('draft: `key` must be a name.')
  return options
}
