import { beforeEach } from 'vitest'
import { freshDatabase } from '../harness/services.js'
import { service } from './mongodb-database.js'
import { testKill, testRace } from './processes/races.js'

beforeEach(({ skip }) => skip(service.missing !== undefined, service.missing))

const create = async () => ({ url: await freshDatabase('mongodb') })
testRace(create)
testKill(create)
