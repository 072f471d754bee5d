import type { AuthServerOptions } from '../options.js'

/** The claim `aud`. @throws TypeError */
export function readAudience(audience: AuthServerOptions['audience'], issuer: string): string | readonly string[] {
  if (audience === undefined) return issuer
  const all = typeof audience === 'string' ? [audience] : audience
  if (!Array.isArray(all) || all.length === 0 || all.some((one) => typeof one !== 'string' || one === '')) {
    throw new TypeError('audience must be a non-empty string or a non-empty list of such strings')
  }
  return audience
}
