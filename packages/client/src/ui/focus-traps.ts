/** Events that focus traps of other dialogs listen to. */
const trappedEvents = ['keydown', 'focusin', 'focusout', 'mousedown', 'pointerdown', 'touchstart', 'click'] as const

/**
 * Keeps the events of a form from the focus trap of another dialog under it, which would call the focus back or forbid
 * clicks. Only where there is one: password managers listen to the same events. The browser still does what the events are
 * for, so the form works by `submit` alone.
 *
 * @returns a function that ends it.
 */
export function blockFocusTraps(form: HTMLElement): () => void {
  if (!document.querySelector('dialog:modal, [aria-modal="true"]')) return () => {}
  const over = new AbortController()
  const stop = (event: Event) => {
    const { target } = event
    const isOwn = target instanceof Element && form.contains(target)
    // Further fields, such as a captcha, need their events.
    if (isOwn && !target.closest('[data-fields]')) event.stopImmediatePropagation()
  }
  for (const name of trappedEvents) window.addEventListener(name, stop, { capture: true, signal: over.signal })
  return () => over.abort()
}
