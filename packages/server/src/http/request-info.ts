import type { OpenSink } from './event-stream.js'

/** What an adapter knows about a request beyond the request itself. */
export interface RequestInfo {
  /**
   * Network address of the client, for throttling and for the person's list of sessions: as Node or a proxy states it, so
   * `ip:port`, brackets and a list are accepted. Of a list, the last one counts.
   */
  readonly address?: string | undefined
  /** An error of earlier middleware, such as a body parser. The request is answered with a problem. */
  readonly error?: unknown
  /**
   * The path and query as the client sent them, such as Node's `request.url`. Default: those of the `Request`, in which `.` and
   * `..` have been resolved.
   */
  readonly target?: string | undefined
  /** Lets the adapter write an event stream itself and drop the `Response`. Default: the stream is the body of the `Response`. */
  readonly openSink?: OpenSink | undefined
}
