export type { Cache, CachedProfile, CacheLookup, CacheRequirement, ProfileCache } from './cache.js'
export type { RedisCacheOptions } from './redis-cache.js'
export { redisCache } from './redis-cache.js'
export type { RedisCacheClient } from './redis-client.js'
