import { type CaptchaState, createControl } from './captcha-control.js'
import { CaptchaError } from './captcha-error.js'
import { type CaptchaFieldOptions, readCaptchaOptions } from './captcha-options.js'
import { captchaSource } from './captcha-source.js'
import { createView } from './captcha-view.js'
import { createSolver } from './create-solver.js'

export type { CaptchaState } from './captcha-control.js'
export type { CaptchaErrorCode } from './captcha-error.js'
export { CaptchaError } from './captcha-error.js'
export type { CaptchaLanguage, CaptchaMessages } from './captcha-messages.js'
export type { CaptchaFieldOptions } from './captcha-options.js'

/** A captcha in a form. */
export interface CaptchaField {
  /** What the control is doing. */
  readonly state: CaptchaState
  /**
   * Sends a request with a solved captcha, such as `(captcha) => client.signIn({ username, password, captcha })`. Where the server
   * asks for one that is not there, or does not accept it, a fresh one is solved and the request is sent once more: neither
   * has looked at the password. After any other refusal a fresh one is solved for the next attempt.
   *
   * @throws CaptchaError where none was solved; what `send` throws.
   */
  submit<T>(send: (captcha: string | undefined) => Promise<T>): Promise<T>
  /** A response for one request; undefined where the server asks for none. @throws CaptchaError where none was solved. */
  value(): Promise<string | undefined>
  /** Begins ahead of time. A person who touches the form does the same. */
  start(): void
  /** The request that waits is rejected with CaptchaError `cancelled`. */
  cancel(): void
  /** Removes the control from the page. The request that waits is rejected with CaptchaError `cancelled`. */
  remove(): void
}

/**
 * Shows the captcha that the auth server asks for: at the end of `place`, which stands in the form. It begins when a person
 * touches the form, and stays hidden as long as no captcha is needed.
 *
 * @throws TypeError that names the option and what was expected.
 */
export function captchaField(place: HTMLElement, options: CaptchaFieldOptions): CaptchaField {
  const config = readCaptchaOptions(options)
  const { server, basePath, action, language, deadline } = config
  const source = captchaSource(server, basePath, action)
  const view = createView(config)
  const control = createControl({
    source,
    deadline,
    createSolver: (answer) => createSolver(answer, { source, place: view.task, language }),
    onState: (state, solver, error) => view.show(state, solver?.by, codeOf(error)),
  })
  const touched = new AbortController()
  const { signal } = touched
  place.append(view.element)
  view.button.addEventListener('click', () => (control.state === 'working' ? control.cancel() : control.restart()), {
    signal,
  })
  const form = place.closest('form') ?? place
  for (const name of ['focusin', 'input']) form.addEventListener(name, (event) => startBy(event), { signal })

  function startBy({ target }: Event): void {
    // The control's own button says what it does.
    if (view.element.contains(target as Node)) return
    if (['hidden', 'idle', 'expired'].includes(control.state)) control.start()
  }

  return {
    get state() {
      return control.state
    },
    async submit(send) {
      const captcha = await control.value()
      try {
        return await sendOnce(send, captcha)
      } catch (error) {
        // For the next attempt. What was cancelled stays so.
        if (!(error instanceof CaptchaError)) control.start()
        throw error
      }
    },
    value: control.value,
    start: control.start,
    cancel: control.cancel,
    remove() {
      touched.abort()
      control.remove()
      view.element.remove()
    },
  }

  async function sendOnce<T>(
    send: (captcha: string | undefined) => Promise<T>,
    captcha: string | undefined,
  ): Promise<T> {
    try {
      return await send(captcha)
    } catch (error) {
      if (!/^captcha_(required|invalid)$/.test(codeOf(error) ?? '')) throw error
      control.require()
      return await send(await control.value())
    }
  }
}

function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : undefined
}
