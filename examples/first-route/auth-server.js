import { createServer } from 'node:http'
import { createAuthServer } from '@sessionward/server'
import { requestListener } from '@sessionward/server/node' // in Express: app.use(mount(auth)), from '@sessionward/server/express'
import { sqliteStore } from '@sessionward/server/store/sqlite'

const auth = createAuthServer({
  issuer: 'http://localhost:4000',
  store: sqliteStore('data/auth.db'),
  origins: ['http://localhost:5173'], // your pages
  secrets: { guards: [process.env.GUARD_CREDENTIAL] }, // in development it makes the others itself, in ./data
})
createServer(requestListener(auth)).listen(4000)
