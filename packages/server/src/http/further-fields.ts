import { z } from 'zod'

/** What a captcha has given: a solution of ALTCHA has some 800 characters, a token of a service up to 2,000. */
export const captchaField = z.string().max(8192).optional()

/** The members of a request that are none of the endpoint's own. `__proto__` is left out: JSON may hold it. */
export function furtherFields(body: object, own: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !Object.hasOwn(own, name) && name !== '__proto__'))
}
