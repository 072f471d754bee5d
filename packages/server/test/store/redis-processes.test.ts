import { beforeEach } from 'vitest'
import { freshPrefix, serviceFor } from '../harness/services.js'
import { type Database, testKill, testRace } from './processes/races.js'

const redis = await serviceFor('redis')
beforeEach(({ skip }) => skip(redis.missing !== undefined, redis.missing))

testRace(create)
testKill(create)

async function create(): Promise<Database> {
  const { url, prefix } = await freshPrefix()
  return { url, options: { prefix, durability: 'as-configured' } }
}
