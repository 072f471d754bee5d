#!/usr/bin/env node
import { defineCommand, runMain } from 'citty'
import { startDevelopmentServer } from './dev.js'
import { foreignOption } from './foreign-option.js'

const dev = defineCommand({
  meta: { name: 'dev', description: 'Start an auth server on SQLite, for development on this machine' },
  args: {
    port: { type: 'string', description: 'Port to listen on (or AUTH_PORT)', default: process.env.AUTH_PORT ?? '4000' },
    data: { type: 'string', description: 'Folder for the database and the secrets', default: 'data' },
    origin: { type: 'string', description: 'Origins of your pages, with commas between them', default: '' },
  },
  run: ({ args, rawArgs }) =>
    orSay(async () => {
      // A misspelt option would be a server on another port, or without your pages.
      const foreign = foreignOption(rawArgs, ['port', 'data', 'origin'])
      if (foreign !== undefined)
        throw new TypeError(`${foreign} is not known here: expected --port, --data or --origin`)
      const server = await startDevelopmentServer({
        port: readPort(args.port),
        dataFolder: args.data,
        origins: args.origin.split(',').filter((origin) => origin !== ''),
        print: console.log,
      })
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())
    }),
})

/** Whoever typed a wrong port wants a sentence and no stack; DEBUG=1 shows both. */
async function orSay(run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    console.error(process.env.DEBUG ? error : `sessionward: ${said}`)
    process.exitCode = 1
  }
}

function readPort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port
  throw new TypeError('--port must be a whole number from 0 to 65535')
}

await runMain(
  defineCommand({
    meta: { name: 'sessionward', description: 'Token sign-in that people never notice and thieves cannot use' },
    subCommands: { dev },
  }),
)
