// One auth server that speaks as each client expects: a token pair in JSON, OAuth 2.0, Supabase.

/** What a call asks for: a sign-in of somebody, or a refresh. Nothing, if it is neither. */
export function dialects(url, body) {
  const refreshToken = body.refreshToken ?? body.refresh_token
  switch (url.pathname) {
    case '/login':
      return { signIn: body.name, tokens: pair }
    case '/refresh':
      return { refreshToken, tokens: pair, refusal: 401 }
    case '/oauth/token': {
      const tokens = (issued) => ({ ...oauth(issued), id_token: idToken(issued, url.origin) })
      return { signIn: body.subject_token ?? body.code, refreshToken, tokens, refusal: 400 }
    }
    case '/realms/bench/protocol/openid-connect/token':
      return { refreshToken, tokens: oauth, refusal: 400 }
    case '/supabase/token': {
      const signIn = url.searchParams.get('grant_type') === 'password' ? body.email.split('@')[0] : undefined
      return { signIn, refreshToken, tokens: supabase, refusal: 400 }
    }
    default:
      return undefined
  }
}

const pair = ({ accessToken, refreshToken, expiresIn, subject }) => ({
  accessToken,
  refreshToken,
  expiresIn,
  user: { id: subject },
})

const oauth = ({ accessToken, refreshToken, expiresIn }) => ({
  access_token: accessToken,
  refresh_token: refreshToken,
  expires_in: expiresIn,
  token_type: 'Bearer',
})

const supabase = (tokens) => ({
  ...oauth(tokens),
  user: { id: tokens.subject, aud: 'authenticated', email: `${tokens.subject}@example.com`, app_metadata: {} },
})

/** Libraries that look at its claims do not verify it: it comes from the token endpoint itself. */
function idToken({ accessToken, subject }, origin) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const { iat, exp } = JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url').toString())
  const claims = { iss: `${origin}/`, sub: subject, aud: 'bench', iat, exp }
  return [part({ alg: 'RS256', typ: 'JWT' }), part(claims), part('unsigned')].join('.')
}
