import type { CaptchaState } from './captcha-control.js'
import type { CaptchaMessages } from './captcha-messages.js'
import type { CaptchaConfig } from './captcha-options.js'
import type { Solver } from './captcha-solver.js'
import { adoptStyle } from './captcha-style.js'

export interface CaptchaView {
  readonly element: HTMLElement
  /** Where a service draws its widget. */
  readonly task: HTMLElement
  readonly button: HTMLButtonElement
  show(state: CaptchaState, by: Solver['by'] | undefined, code: string | undefined): void
}

let count = 0

/**
 * `<sessionward-captcha>`: a group with a name, one line that says the state, and one button. The line is the only live region,
 * and its text changes only with the state.
 */
export function createView({ messages, language }: Pick<CaptchaConfig, 'messages' | 'language'>): CaptchaView {
  const element = document.createElement('sessionward-captcha')
  const mark = createElement('span', 'mark')
  const text = createElement('span', 'text')
  const name = createElement('span', 'name')
  const status = createElement('span', 'status')
  const button = createElement('button', '')
  const task = createElement('div', 'task')
  name.id = `sessionward-captcha-${++count}`
  name.textContent = messages.name
  element.lang = language
  element.hidden = true
  element.setAttribute('role', 'group')
  element.setAttribute('aria-labelledby', name.id)
  mark.setAttribute('aria-hidden', 'true')
  status.setAttribute('role', 'status')
  button.type = 'button'
  button.setAttribute('aria-describedby', name.id)
  text.append(name, status)
  element.append(mark, text, button, task)
  adoptStyle()
  return {
    element,
    task,
    button,
    show(state, by, code) {
      element.dataset.state = state
      element.hidden = state === 'hidden'
      element.setAttribute('aria-busy', String(state === 'working'))
      if (state === 'hidden') return
      status.textContent = state === 'working' && by === 'person' ? messages.task : statusText(messages, state, code)
      button.textContent = buttonText(messages, state)
    },
  }
}

function statusText(
  messages: CaptchaMessages,
  state: Exclude<CaptchaState, 'hidden'>,
  code: string | undefined,
): string {
  if (state !== 'failed') return messages[state]
  return code === 'unreachable' || code === 'timeout' ? messages[code] : messages.failed
}

function buttonText(messages: CaptchaMessages, state: CaptchaState): string {
  if (state === 'idle') return messages.start
  return state === 'working' ? messages.cancel : messages.again
}

function createElement<K extends keyof HTMLElementTagNameMap>(tag: K, className: string): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(tag), { className })
}
