import { readFileSync } from 'node:fs'

export const options = {
  origins: ['https://app.example.com'],
  audience: 'business', // what the business servers expect in `aud`
  interop: 'rs256', // RS256 and `typ: JWT`, for verifiers that know nothing newer
  signingKey: readFileSync(process.env.SIGNING_KEY, 'utf8'), // a private key in a PEM file
  lifetimes: { accessToken: 30 * 60, idle: 24 * 3600 },
  accounts: { claims: ['name'] }, // goes into the access token
}
