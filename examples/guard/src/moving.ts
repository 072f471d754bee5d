import { createGuard, type Guard, hs256, type IssuerOptions } from '@sessionward/guard'

/** A guard for two issuers, and for the tokens of the old system until a day. */
export function movingGuard(ours: Partial<IssuerOptions>, partner: Partial<IssuerOptions>, secret: string): Guard {
  return createGuard({
    audience: 'https://shop.example.com',
    issuers: [
      { issuer: 'https://auth.example.com', ...ours },
      {
        issuer: 'https://login.partner.example',
        algorithms: ['RS256'],
        types: ['JWT'],
        claims: ({ azp, session_state }) => ({ client_id: azp, sid: session_state }),
        ...partner,
      },
    ],
    legacy: hs256({
      secret,
      until: '2027-03-01',
      accept: ({ type }) => type === 'access', // and not the old refresh token, if it has the same secret
      subject: ['id', 'userId'],
      scope: () => 'orders',
    }),
  })
}
