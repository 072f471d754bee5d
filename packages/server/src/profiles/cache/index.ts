export type { Cache, Look, ProfileCache, Reading, Wanted } from './cache.js'
export type { RedisCacheOptions } from './redis-cache.js'
export { redisCache } from './redis-cache.js'
export type { RedisCacheClient } from './redis-client.js'
