/** What a tab does with the dialog. */
export interface SeatHolder {
  show(): void
  hide(): void
  /** The person has cancelled, here or in another tab. */
  cancel(): void
}

export interface Seat {
  /** Cancels in all tabs. */
  cancel(): void
  /** The dialog of this tab is not needed any more. */
  leave(): void
}

interface Tab {
  readonly id: number
  readonly focused: boolean
}

/** `here`: this tab shows the dialog. `asks`: does any? `left`: it does not any more. */
interface Message extends Tab {
  readonly type: 'here' | 'asks' | 'left' | 'cancel'
  /** An answer has none itself. */
  readonly answer?: boolean
}

/** Milliseconds that a tab which shows the dialog has to answer. */
const askTimeout = 200

/**
 * Shows the dialog in one tab of the browser. It follows the person: a tab that comes to the front takes it over, with what
 * is written in it left behind where it was. Without `BroadcastChannel` each tab that is looked at shows its own.
 */
export function takeSeat(name: string, holder: SeatHolder): Seat {
  const id = Math.random()
  const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(`${name} dialog`)
  const over = new AbortController()
  let shown = false
  let heard = false
  const self = (): Tab => ({ id, focused: document.hasFocus() })
  const post = (type: Message['type'], answer?: boolean) =>
    channel?.postMessage({ ...self(), type, ...(answer && { answer }) } satisfies Message)
  const take = () => {
    shown = true
    holder.show()
    post('here')
  }
  const ask = () => {
    heard = false
    post('asks')
    setTimeout(() => !heard && !over.signal.aborted && look(take), askTimeout)
  }
  /** Nobody sees a tab that is hidden. */
  const look = (otherwise: () => void) => {
    if (shown || document.hidden) return
    if (document.hasFocus()) take()
    else otherwise()
  }
  const hearHere = (other: Message) => {
    heard = true
    if (!shown) return
    if (yields(self(), other)) {
      shown = false
      holder.hide()
    } else if (!other.answer) post('here', true)
  }
  if (channel) {
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.type === 'here') hearHere(data)
      else if (data.type === 'asks') shown && post('here', true)
      else if (data.type === 'left') look(ask)
      else holder.cancel()
    }
  }
  const { signal } = over
  document.addEventListener('visibilitychange', () => look(ask), { signal })
  window.addEventListener('focus', () => look(ask), { signal })
  window.addEventListener('pagehide', () => shown && post('left'), { signal })
  look(ask)
  return {
    cancel() {
      post('cancel')
      holder.cancel()
    },
    leave() {
      if (shown) post('left')
      over.abort()
      channel?.close()
    },
  }
}

/** Of two tabs that show the dialog, the one that the person does not look at hides it; else chance decides. */
function yields(own: Tab, other: Tab): boolean {
  return own.focused === other.focused ? own.id < other.id : other.focused
}
