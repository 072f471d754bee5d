import { startNestVue } from './start.js'

const port = Number(process.env.PORT || 4400)

try {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT must be a port from 0 to 65535.')
  const { url, accounts, close } = await startNestVue({ port })
  const people = accounts.map(({ username, password, scope }) =>
    `    ${username.padEnd(8)}${password}  ${scope ? 'administrator' : ''}`.trimEnd(),
  )
  console.log(
    [
      'NestJS and Vue',
      '',
      `Open ${url}`,
      `     ${url}/docs for the routes, with a token`,
      '',
      'Two accounts, with passwords of this run:',
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
  console.error(code === 'EADDRINUSE' ? `Port ${port} is taken. Set PORT to another one.` : message)
  process.exitCode = 1
}
