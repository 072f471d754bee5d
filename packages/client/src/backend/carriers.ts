/** How a token travels. */
export type TokenCarrier =
  | { readonly in: 'header'; readonly name: string; readonly prefix: string }
  | { readonly in: 'field'; readonly name: string }
  | { readonly in: 'cookie' }

/** A header that carries a token, from `bearer()` or `header(name)`. */
export type HeaderCarrier = Extract<TokenCarrier, { in: 'header' }>

/** The token in a header of its own, such as `accessToken: eyJ...`. @param prefix Text before the token. Default: empty. */
export function header(name: string, prefix = ''): HeaderCarrier {
  return { in: 'header', name, prefix }
}

/** `Authorization: Bearer ...` (RFC 6750 section 2.1). */
export function bearer(): HeaderCarrier {
  return header('Authorization', 'Bearer ')
}

/** The token as a field of the JSON body. */
export function field(name: string): TokenCarrier {
  return { in: 'field', name }
}

/** The token in a cookie that the backend sets and no script can read. */
export function cookie(): TokenCarrier {
  return { in: 'cookie' }
}

export function isCarrier(value: unknown): value is TokenCarrier {
  const { in: place, name } = (value ?? {}) as { in?: string; name?: unknown }
  return (
    place === 'cookie' || (/^(header|field)$/.test(place ?? '') && typeof name === 'string' && /^[\w.-]+$/.test(name))
  )
}
