import { type AuthSnapshot, authSnapshots, isSame, isSameUser, unknownSnapshot } from './auth-snapshot.js'
import { onSubjectChange, type SubjectChange, type WatchedClient } from './subject-change.js'

/** What a page shows of a client. Until the client knows the user, that is the user of the server-rendered page. */
export interface AuthView<U> {
  readonly client: WatchedClient<U>
  /** The snapshot that the server has rendered. */
  first(): AuthSnapshot<U>
  current(): AuthSnapshot<U>
  subscribe(listener: () => void): () => void
  /** `onSubjectChange`, also for the person that the server has rendered the page for. */
  onSubjectChange(listener: (change: SubjectChange<U>) => void): () => void
}

/** @param initialUser the person that the server has rendered the page for. */
export function authView<U>(client: WatchedClient<U>, initialUser: U | undefined): AuthView<U> {
  const { current, subscribe } = authSnapshots(client)
  const first: AuthSnapshot<U> =
    initialUser === undefined ? unknownSnapshot : { status: 'signed-in', user: initialUser, reason: undefined }
  /** Compared once with the user that the client reports. */
  let rendered = initialUser
  return {
    client,
    first: () => first,
    current() {
      const now = current()
      return now.status === 'unknown' || isSame(now, first) ? first : now
    },
    subscribe,
    onSubjectChange(listener) {
      const compare = () => {
        const { status, user } = current()
        if (rendered === undefined || status === 'unknown') return
        const from = rendered
        rendered = undefined
        if (!isSameUser(from, user)) listener({ from, to: user })
      }
      compare()
      const stop = subscribe(compare)
      const stopListening = onSubjectChange(client, listener)
      return () => {
        stop()
        stopListening()
      }
    },
  }
}
