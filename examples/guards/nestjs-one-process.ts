import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import { createGuard } from '@sessionward/guard'
import { createAuthServer } from '@sessionward/server'
import { mount } from '@sessionward/server/nestjs'
import { sqliteStore } from '@sessionward/server/store/sqlite'
import { appModule } from './nestjs.js'

/** The auth server and the guarded routes in one process, for a page that Vite serves on port 5173. */
export async function start(port = 3000, dataFolder = 'data', page = 'http://localhost:5173') {
  const issuer = `http://localhost:${port}`
  const auth = createAuthServer({
    issuer,
    store: sqliteStore(`${dataFolder}/auth.db`),
    dataFolder, // in development, the secrets are made there; in production, set `secrets`
    origins: [page],
    accounts: { registrationScope: 'orders' },
  })
  // In the same process the guard needs no credential: it reads keys and revocations from the auth server itself.
  const guard = createGuard({ issuer, audience: issuer, keys: () => auth.keys.jwks(), feed: auth.revocations })
  const app = await NestFactory.create(appModule(guard))
  app.use(mount(auth)) // before enableCors and listen; it answers CORS for /auth itself
  app.enableCors({ origin: page, allowedHeaders: ['Authorization', 'Content-Type'] }) // for your own routes
  await app.listen(port)
  return { app, auth, guard } // to close: app.close(), guard.close(), auth.close()
}
