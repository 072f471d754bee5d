import { Redis } from 'ioredis'
import { startOidcProvider } from '../harness/oidc-provider.mjs'
import { redisAdapter } from './redis-adapter.mjs'

export const start = ({ sessions, url, database }) =>
  startOidcProvider({ sessions, name: 'oidc-provider on Redis', adapter: redisAdapter(new Redis(url), database) })
