import { startPlayground } from './start.js'

function portFrom(variable: string, byDefault: number): number {
  const value = process.env[variable] ?? ''
  const port = value === '' ? byDefault : Number(value)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`${variable} must be a port from 0 to 65535.`)
  return port
}

try {
  const playground = await startPlayground({
    authPort: portFrom('AUTH_PORT', 4000),
    apiPort: portFrom('API_PORT', 4001),
    webPort: portFrom('WEB_PORT', 4002),
    databaseUrl: process.env.DATABASE_URL,
    redisUrl: process.env.REDIS_URL,
    quiet: false,
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void playground.close().finally(() => process.exit(0)))
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
