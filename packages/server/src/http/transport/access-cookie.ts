import type { Logger } from '@sessionward/protocol'
import type { AccessCookieScheme } from '../../config/page-visits.js'

/** Writes the access cookie, by which the site's own server identifies a visitor. */
export interface AccessCookie {
  /** Set-Cookie values for an access token. */
  set(token: string): readonly string[]
  /** Set-Cookie values that delete it. */
  readonly clear: readonly string[]
}

/** Used if the option `accessCookie` is not set. */
export const noAccessCookie: AccessCookie = { set: () => [], clear: [] }

/** Maximum size of name and value in bytes that every browser supports (RFC 6265 section 6.1). */
const maxCookieBytes = 4096

/** Without Max-Age, so that the cookie ends with the browser. Lax, so that links from other sites work. */
export function accessCookie({ name, domain, secure }: AccessCookieScheme, logger: Logger): AccessCookie {
  const where = `; Path=/${domain === null ? '' : `; Domain=${domain}`}`
  const attributes = `${where}${secure ? '; Secure' : ''}; HttpOnly; SameSite=Lax`
  let warned = false
  return {
    set(token) {
      if (name.length + token.length > maxCookieBytes && !warned) {
        warned = true
        logger.warn(
          `an access token is too large for a cookie (more than ${maxCookieBytes} bytes with its name), and browsers drop it without a word: put fewer claims into it`,
        )
      }
      return [`${name}=${token}${attributes}`]
    },
    clear: [`${name}=${attributes}; Max-Age=0`],
  }
}
