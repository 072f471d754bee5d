import { startThreeServers } from './start.js'

const port = Number(process.env.PORT || 4200)

try {
  if (!Number.isInteger(port) || port < 0 || port > 65_532) throw new Error('PORT must be a port from 0 to 65532.')
  const fast = process.env.FAST === '1'
  const folder = 'data/three-servers-rs256'
  const { page, auth, orders, invoices, accounts, lifetimes, close } = await startThreeServers({ port, folder, fast })
  const people = accounts.map(({ username, password }) => `    ${username.padEnd(8)}${password}`)
  console.log(
    [
      'Three servers and RS256',
      '',
      `Open ${page}`,
      '',
      `    auth server               ${auth.url}`,
      `    orders, with a guard      ${orders.url}/orders`,
      `    invoices, an old verifier ${invoices.url}/invoices`,
      '',
      `Access tokens live ${lifetimes.accessToken} seconds, refresh tokens ${lifetimes.refreshToken}. FAST=1 makes them short.`,
      `Keys and database are in ${folder}. Two accounts:`,
      ...people,
      '',
      'Press Ctrl+C to stop.',
    ].join('\n'),
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void close().finally(() => process.exit(0)))
  }
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  console.error(
    code === 'EADDRINUSE' ? `A port from ${port} to ${port + 3} is taken. Set PORT to another one.` : message,
  )
  process.exitCode = 1
}
