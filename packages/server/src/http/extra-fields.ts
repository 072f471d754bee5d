import { z } from 'zod'

/** A captcha response. ALTCHA solutions have about 800 characters, tokens of services up to 2,000. */
export const captchaField = z.string().max(8192).optional()

/** The members of a request that the endpoint does not define. Drops `__proto__`, which JSON may contain. */
export function extraFields(body: object, own: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !Object.hasOwn(own, name) && name !== '__proto__'))
}
