import { addressesHere, startBackOffice } from './start.js'

const port = Number(process.env.PORT || 4100)
const host = process.env.HOST || '127.0.0.1'

try {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT must be a port from 0 to 65535.')
  const office = await startBackOffice(port, host)
  const elsewhere = host === '127.0.0.1' ? [] : addressesHere().map((address) => `or http://${address}:${port}`)
  const people = office.accounts.map(({ username, password }) => `    ${username.padEnd(8)}${password}`)
  const lines = ['Back office with axios and business codes', '', `Open ${office.url}`, ...elsewhere, '']
  console.log(
    [...lines, 'Two accounts, with passwords of this run:', ...people, '', 'Press Ctrl+C to stop.'].join('\n'),
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void office.close().finally(() => process.exit(0)))
  }
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  console.error(code === 'EADDRINUSE' ? `Port ${port} is taken. Set PORT to another one.` : message)
  process.exitCode = 1
}
