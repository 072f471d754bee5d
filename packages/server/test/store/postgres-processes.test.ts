import { beforeEach, describe } from 'vitest'
import { freshDatabase, serviceFor } from '../harness/services.js'
import { testKill, testRace } from './processes/races.js'

const service = await serviceFor('postgres')
beforeEach(({ skip }) => skip(service.missing !== undefined, service.missing))

const create = async () => ({ url: await freshDatabase('postgres') })
testRace(create)
testKill(create)

describe('without batches', () => testRace(async () => ({ ...(await create()), batch: false })))
