import { startShops } from './start.js'

const port = Number(process.env.PORT || 4130)

try {
  if (!Number.isInteger(port) || port < 0 || port > 65_534) throw new Error('PORT must be a port from 0 to 65534.')
  const shops = await startShops(port)
  const people = shops.accounts.map(({ username, password }) => `    ${username.padEnd(8)}${password}`)
  const lines = [
    'An order form with server-rendered pages and jQuery 1.11, in two ways',
    '',
    `Open ${shops.interstitial.url}    refresh token in localStorage, a small page refreshes in between`,
    `  or ${shops.redirect.url}    refresh token in an HttpOnly cookie, the visit goes through the auth server`,
    '',
    'Two accounts, with passwords of this run:',
    ...people,
    '',
    'Press Ctrl+C to stop.',
  ]
  console.log(lines.join('\n'))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void shops.close().finally(() => process.exit(0)))
  }
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  console.error(code === 'EADDRINUSE' ? `Port ${port} or ${port + 1} is taken. Set PORT to another one.` : message)
  process.exitCode = 1
}
