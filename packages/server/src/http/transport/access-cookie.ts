import type { Logger } from '@sessionward/protocol'
import type { AccessCookieScheme } from '../../config/page-visits.js'

/** Writes the cookie by which the site's own server knows who visits a page. */
export interface AccessCookie {
  /** Set-Cookie values for an access token. */
  set(token: string): readonly string[]
  /** Set-Cookie values that make a browser forget it. */
  readonly clear: readonly string[]
}

/** Where no page is guarded by cookie. */
export const noAccessCookie: AccessCookie = { set: () => [], clear: [] }

/** Bytes of name and value that every browser keeps (RFC 6265 section 6.1). */
const largest = 4096

/** Without Max-Age: the cookie dies with the browser. Lax: a link on another site arrives signed in. */
export function accessCookie({ name, domain, secure }: AccessCookieScheme, logger: Logger): AccessCookie {
  const where = `; Path=/${domain === null ? '' : `; Domain=${domain}`}`
  const attributes = `${where}${secure ? '; Secure' : ''}; HttpOnly; SameSite=Lax`
  let warned = false
  return {
    set(token) {
      if (name.length + token.length > largest && !warned) {
        warned = true
        logger.warn(
          `an access token is too large for a cookie (more than ${largest} bytes with its name), and browsers drop it without a word: put fewer claims into it`,
        )
      }
      return [`${name}=${token}${attributes}`]
    },
    clear: [`${name}=${attributes}; Max-Age=0`],
  }
}
