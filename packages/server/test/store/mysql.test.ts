import { createPool as createCallbackPool } from 'mysql2'
import { createPool, type PoolOptions } from 'mysql2/promise'
import { afterAll, beforeAll, describe } from 'vitest'
import { mysqlStore } from '../../src/store/mysql/index.js'
import { testConformance } from '../harness/conformance.js'
import { freshDatabase } from '../harness/services.js'
import { need, products } from './mysql/products.js'

/** What a pool may be set to that would change what comes back. */
const pools: readonly { readonly title: string; readonly options: PoolOptions; readonly session?: string }[] = [
  { title: 'a plain pool', options: {} },
  {
    title: 'a pool that wants everything otherwise',
    options: {
      flags: ['-FOUND_ROWS'],
      charset: 'latin1',
      timezone: '+05:00',
      connectionLimit: 3,
      supportBigNumbers: true,
      bigNumberStrings: true,
      decimalNumbers: true,
      dateStrings: true,
      rowsAsArray: false,
      nestTables: '_',
      namedPlaceholders: true,
      maxPreparedStatements: 2,
      typeCast: (field, next) => (field.type === 'LONGLONG' ? `number ${field.string()}` : String(next())),
    },
    session: `SET SESSION time_zone = '-03:00', sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT',
      div_precision_increment = 0, lc_time_names = 'de_DE'`,
  },
]

for (const product of products) {
  const here = await need(product)

  describe.each(pools)(`the store keeps the contract on ${product}, through $title`, ({ options, session }) => {
    // Two nodes, each with a pool of its own: one with promises, one with callbacks.
    const nodes: [ReturnType<typeof createPool>?, ReturnType<typeof createCallbackPool>?] = []
    beforeAll(async () => {
      if (!here) return
      const uri = await freshDatabase(product)
      nodes[0] = createPool({ uri, ...options })
      nodes[1] = createCallbackPool({ uri, ...options })
      for (const core of [nodes[0].pool, nodes[1]]) {
        core.on('connection', (connection) => void (session && connection.query(session)))
      }
    })
    afterAll(async () => {
      await nodes[0]?.end()
      await nodes[1]?.promise().end()
    })

    let opened = 0
    // The server of the tests does not wait for its disk.
    const open = () => mysqlStore({ pool: nodes[opened++ % 2]!, durability: 'as-configured' })

    // Nodes poll every half second.
    testConformance(open, ['relay'])
  })
}
