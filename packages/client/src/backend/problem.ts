import type { Problem } from '@sessionward/protocol'

/** The problem (RFC 9457) in JSON of ours, on its own or in an envelope; an empty one in JSON of others. */
export function problemIn(json: JsonOf<Problem>): Partial<Problem> {
  const problem = json?.problem ?? json
  return problem?.verdict ? problem : {}
}

type JsonOf<T> = (Partial<T> & { readonly problem?: Partial<T> }) | null | undefined
