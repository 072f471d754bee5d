import { type AuthSnapshot, authSnapshots, isSameUser, unknownPerson } from './auth-snapshot.js'
import { onSubjectChange, type SubjectChange, type WatchedClient } from './subject-change.js'

/** What a page shows of a client: the person that the server has rendered it for, until the client knows. */
export interface AuthView<U> {
  readonly client: WatchedClient<U>
  /** What the server has rendered, and a page begins with. */
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
    initialUser === undefined ? unknownPerson : { status: 'signed-in', user: initialUser, reason: undefined }
  /** Who may be gone when the client knows who is signed in. */
  let rendered = initialUser
  return {
    client,
    first: () => first,
    current() {
      const now = current()
      const isFirst = now.status === first.status && isSameUser(now.user, first.user)
      return isFirst || now.status === 'unknown' ? first : now
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
      const stops = [subscribe(compare), onSubjectChange(client, listener)]
      return () => stops.forEach((stop) => void stop())
    },
  }
}
