import { describe } from 'vitest'
import { freshDatabase } from '../harness/services.js'
import { need, products } from './mysql/products.js'
import { type Database, testKill, testRace } from './processes/races.js'

describe.each(products)('on %s', async (product) => {
  await need(product)

  const options = { durability: 'as-configured' } as const
  const create = async (): Promise<Database> => ({ url: await freshDatabase(product), options })
  testRace(create)
  testKill(create)
})
