import type { CaptchaConfig } from './captcha-options.js'
import { adoptStyle } from './captcha-style.js'
import type { CaptchaWords } from './captcha-words.js'
import type { CaptchaState } from './control.js'
import type { Solver } from './solver.js'

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
export function createView({ words, language }: Pick<CaptchaConfig, 'words' | 'language'>): CaptchaView {
  const element = document.createElement('sessionward-captcha')
  const mark = make('span', 'mark')
  const text = make('span', 'text')
  const name = make('span', 'name')
  const status = make('span', 'status')
  const button = make('button', '')
  const task = make('div', 'task')
  name.id = `sessionward-captcha-${++count}`
  name.textContent = words.name
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
      status.textContent = state === 'working' && by === 'person' ? words.task : sayingOf(words, state, code)
      button.textContent = labelOf(words, state)
    },
  }
}

function sayingOf(words: CaptchaWords, state: Exclude<CaptchaState, 'hidden'>, code: string | undefined): string {
  if (state !== 'failed') return words[state]
  return code === 'unreachable' || code === 'timeout' ? words[code] : words.failed
}

function labelOf(words: CaptchaWords, state: CaptchaState): string {
  if (state === 'idle') return words.start
  return state === 'working' ? words.cancel : words.again
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K, className: string): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(tag), { className })
}
