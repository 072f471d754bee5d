/**
 * The part of jQuery that is used. Structural, so that every version from 1.11 fits.
 *
 * @external jquery
 */
export interface JQueryLike {
  // biome-ignore-start lint/suspicious/noExplicitAny: Each version has types of its own.
  ajax(settings: any): unknown
  ajaxTransport(dataTypes: string, factory: any): unknown
  each: any
  // biome-ignore-end lint/suspicious/noExplicitAny: As above.
}

/**
 * The part of a call's settings that is used, as a transport gets them: merged, and `data` as it is sent.
 *
 * @external jquery
 */
export interface JQuerySettings {
  readonly type: string
  readonly url: string
  readonly async: boolean
  readonly dataTypes: readonly string[]
  readonly data?: { readonly length?: number } | null | undefined
  readonly username?: unknown
  /** Milliseconds. */
  timeout?: number | undefined
  /** `false`: the call has nothing to do with the session. */
  readonly sessionward?: boolean | undefined
  xhr(): XMLHttpRequest
}

/** The part of a jqXHR that is used. */
export interface JQueryXhr {
  abort(statusText: string): unknown
  /** The error of the client because of which the call has no answer. */
  sessionwardError?: Error
}

/** The arguments with which a transport completes. Status -1: nothing was sent, and `statusText` may be an error. */
export type JQueryResponse = readonly [
  status: number,
  statusText?: unknown,
  responses?: { readonly text?: string; readonly binary?: unknown },
  headers?: string,
]

export interface Transport {
  send(headers: Record<string, string>, complete: (...answer: JQueryResponse) => void): void
  abort(): void
}

/** Returns undefined to pass the call to the next factory. */
export type TransportFactory = (settings: JQuerySettings, original: object, jqXHR: JQueryXhr) => Transport | undefined

/**
 * The list of transports that contains a factory. jQuery does not expose it, but iterates over it with `$.each`, which is
 * replaced during one call that ends there: nothing is sent, and no callback or prefilter runs.
 */
export function findTransportList($: JQueryLike, factory: TransportFactory): TransportFactory[] | undefined {
  const { each } = $
  let found: TransportFactory[] | undefined
  $.each = (list: TransportFactory[], ...rest: unknown[]) => {
    // Lists of functions are those of prefilters and transports; `arguments`, of which there are some, have no `push`.
    if (!list.push || !list[0]?.call) return each(list, ...rest)
    if (list.includes(factory)) found = list
    // Of a transport that was found, the call would go on to its end.
    if (found) throw found
    return undefined
  }
  try {
    $.ajax({ global: false, beforeSend: null })
  } catch {
    // Thrown above. Whatever else it was: nothing has been found.
  } finally {
    $.each = each
  }
  return found
}
