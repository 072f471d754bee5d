/** Callbacks of one tab. */
export interface DialogTab {
  show(): void
  hide(): void
  /** The person has cancelled, here or in another tab. */
  cancel(): void
}

export interface DialogClaim {
  /** Cancels in all tabs. */
  cancel(): void
  /** Ends the claim: the dialog is no longer needed. */
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

/** Milliseconds that the tab with the dialog has to answer. */
const answerTimeout = 200

/**
 * Shows the dialog in one tab of the browser. A tab that gets the focus takes the dialog over; typed text stays in the previous
 * tab. Without `BroadcastChannel` each visible tab shows its own dialog.
 */
export function claimDialogTab(name: string, holder: DialogTab): DialogClaim {
  const id = Math.random()
  const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(`${name} dialog`)
  const over = new AbortController()
  let shown = false
  let answered = false
  const self = (): Tab => ({ id, focused: document.hasFocus() })
  const post = (type: Message['type'], answer?: boolean) =>
    channel?.postMessage({ ...self(), type, ...(answer && { answer }) } satisfies Message)
  const show = () => {
    shown = true
    holder.show()
    post('here')
  }
  const askOtherTabs = () => {
    answered = false
    post('asks')
    setTimeout(() => !answered && !over.signal.aborted && look(show), answerTimeout)
  }
  /** Hidden tabs never show the dialog. */
  const look = (otherwise: () => void) => {
    if (shown || document.hidden) return
    if (document.hasFocus()) show()
    else otherwise()
  }
  const onHere = (other: Message) => {
    answered = true
    if (!shown) return
    if (shouldYield(self(), other)) {
      shown = false
      holder.hide()
    } else if (!other.answer) post('here', true)
  }
  if (channel) {
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.type === 'here') onHere(data)
      else if (data.type === 'asks') shown && post('here', true)
      else if (data.type === 'left') look(askOtherTabs)
      else holder.cancel()
    }
  }
  const { signal } = over
  document.addEventListener('visibilitychange', () => look(askOtherTabs), { signal })
  window.addEventListener('focus', () => look(askOtherTabs), { signal })
  window.addEventListener('pagehide', () => shown && post('left'), { signal })
  look(askOtherTabs)
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

/** Of two tabs that show the dialog, the one without the focus hides it; otherwise the random id decides. */
function shouldYield(own: Tab, other: Tab): boolean {
  return own.focused === other.focused ? own.id < other.id : other.focused
}
