/// <reference types="jquery" />
// What a page with jQuery loads, for jquery-page.ts.
export { header, jsonBackend } from '@sessionward/client/backend'
export { attachJQuery } from '@sessionward/client/jquery'

const globalEvents = 'ajaxStart ajaxSend ajaxSuccess ajaxError ajaxComplete ajaxStop'

/** Counts the global events from now on. */
export function countEvents($: JQueryStatic): Record<string, number> {
  const counts: Record<string, number> = {}
  $(document).on(globalEvents, ({ type }) => {
    counts[type] = (counts[type] ?? 0) + 1
  })
  return counts
}

/** What jQuery itself counts; its types do not know of it. */
export function activeCalls(): unknown {
  return (window.$ as { active?: number }).active
}

export interface Trace {
  readonly call: JQuery.jqXHR
  /** What has happened so far, in order. */
  readonly log: string[]
  /** All that happens, when the last listener has been called. */
  readonly ended: Promise<string[]>
}

/** Makes a call, and records what each kind of listener receives: options, deferreds, attached when, global events. */
export function traceCall($: JQueryStatic, settings: JQuery.AjaxSettings): Trace {
  const log: string[] = []
  const note =
    (name: string) =>
    (...args: unknown[]) =>
      void log.push([name, ...args.map(inWords)].join(' '))
  $(document)
    .off('.trace')
    .on(globalEvents.replace(/\w+/g, '$&.trace'), (event, jqXHR) => note(event.type)(...(jqXHR ? [jqXHR] : [])))
  const call = $.ajax({
    beforeSend: (jqXHR) => note('beforeSend')(jqXHR),
    success: note('success'),
    error: note('error'),
    complete: note('complete'),
    statusCode: Object.fromEntries([200, 204, 304, 404].map((status) => [status, note(`statusCode ${status}`)])),
    ...settings,
  })
  const listen = (when: string) =>
    call
      .done(note(`done ${when}`))
      .fail(note(`fail ${when}`))
      .always(note(`always ${when}`))
      .then(note(`then ${when}`), note(`else ${when}`))
  listen('before')
  const ended = new Promise<string[]>((resolve) => {
    setTimeout(() => {
      listen('during')
      call.always(() => {
        listen('after')
        // After the timers in which jQuery 3 calls what `then` was given.
        setTimeout(() => setTimeout(() => setTimeout(() => resolve(log))))
      })
    })
  })
  note('returned')(call)
  return { call, log, ended }
}

function inWords(value: unknown): string {
  const { readyState, status, statusText, responseText } = (value ?? {}) as JQuery.jqXHR
  if (readyState !== undefined) return `jqXHR(${[readyState, status, statusText, responseText]})`
  return value instanceof Error ? `${value.name}: ${value.message}` : (JSON.stringify(value) ?? 'undefined')
}
