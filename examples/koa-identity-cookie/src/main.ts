import { startKoaIdentity } from './start.js'
import { type DatabaseKind, databaseKinds } from './users/open.js'

const port = Number(process.env.PORT || 4300)
const users = (process.env.USERS || 'mysql') as DatabaseKind

try {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT must be a port from 0 to 65535.')
  if (!databaseKinds.includes(users)) throw new Error(`USERS must be one of ${databaseKinds.join(', ')}.`)
  console.log('Starting the servers; the first start of a database takes a moment.')
  const system = await startKoaIdentity({ port, users })
  const people = system.accounts.map(({ username, password }) => `    ${username.padEnd(8)}${password}`)
  const lines = [
    'Koa, an identity cookie, and access tokens on demand',
    '',
    `Open ${system.url}`,
    '',
    `    users    ${system.users.title}`,
    `    cache    ${system.cache?.title ?? 'none'}`,
    ...system.notes.map((note) => `    ${note}`),
    '',
    'Two accounts of the old system, with MD5 hashes and passwords of this run:',
    ...people,
    '',
    'USERS=mysql, mongodb or sqlite says where users are. Press Ctrl+C to stop.',
  ]
  console.log(lines.join('\n'))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void system.close().finally(() => process.exit(0)))
  }
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  console.error(code === 'EADDRINUSE' ? `Port ${port} is taken. Set PORT to another one.` : message)
  process.exitCode = 1
}
