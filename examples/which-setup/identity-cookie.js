import { redisCache } from '@sessionward/server/cache/redis'
import { mysqlUsers, userDirectory } from '@sessionward/server/users'
