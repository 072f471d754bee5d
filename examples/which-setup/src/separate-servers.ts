import { type AuthServerOptions, createAuthServer } from '@sessionward/server'

export function openAuthServer(privateKey: string, options: AuthServerOptions) {
  return createAuthServer({
    ...options,
    audience: 'business', // what the business servers expect in `aud`
    interop: 'rs256', // RS256 and `typ: JWT`, for verifiers that know nothing newer
    signingKey: privateKey, // in PEM
    lifetimes: { accessToken: 30 * 60, idle: 24 * 3600 },
    accounts: { claims: ['name'] }, // into the access token
  })
}
