import { headerOf } from '../credentials.js'
import type { PageRequest } from './page-request.js'

/** Maximum size of a form that is resent after a refresh. Larger forms, and files, are not. */
const maxFormBytes = 65_536

/** Name and value of each field, in order. */
export type Fields = readonly (readonly [name: string, value: string])[]

/**
 * The fields of a form that was sent, to be sent once more after a refresh. In UTF-8, as browsers send them unless a page says
 * otherwise.
 *
 * @returns undefined for a form that is not carried: with files (`multipart/form-data`), of another type, or too long.
 */
export async function readFields(request: PageRequest): Promise<Fields | undefined> {
  const type = headerOf(request.headers, 'content-type') ?? ''
  if (!/^application\/x-www-form-urlencoded\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type)) return undefined
  // Checked first, so that a large body is not read at all.
  if (Number(headerOf(request.headers, 'content-length') ?? 0) > maxFormBytes) return undefined
  const body = await request.form?.(maxFormBytes)
  return body === undefined ? undefined : [...new URLSearchParams(body)]
}
