#!/usr/bin/env node
import { defineCommand, runMain } from 'citty'
import { checkArguments } from './check-arguments.js'
import { databaseArguments, pendingIn, requireCurrentSchema, withDatabase } from './database.js'
import { startDevelopmentServer } from './dev.js'
import { migrateDatabase, showPending } from './migrate.js'
import { restoreComplete } from './restore-complete.js'

const dev = defineCommand({
  meta: { name: 'dev', description: 'Start an auth server on SQLite, for development on this machine' },
  args: {
    port: { type: 'string', description: 'Port to listen on (or AUTH_PORT)', default: process.env.AUTH_PORT ?? '4000' },
    data: { type: 'string', description: 'Folder for the database and the secrets', default: 'data' },
    origin: { type: 'string', description: 'Origins of your pages, separated by commas', default: '' },
    scope: { type: 'string', description: 'Scopes of accounts that people register, separated by spaces', default: '' },
  },
  run: ({ args, rawArgs }) =>
    withErrorsPrinted(async () => {
      // A misspelt option would start a server on another port, or without your pages.
      checkArguments(rawArgs, ['port', 'data', 'origin', 'scope'])
      const server = await startDevelopmentServer({
        port: readPort(args.port),
        dataFolder: args.data,
        origins: args.origin.split(',').filter((origin) => origin !== ''),
        scope: args.scope,
        print: console.log,
      })
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())
    }),
})

const databaseOptionNames = Object.keys(databaseArguments)

const migrate = defineCommand({
  meta: { name: 'migrate', description: 'Create or update the tables of a database' },
  args: {
    ...databaseArguments,
    'dry-run': { type: 'boolean', description: 'Print the pending steps without running them', default: false },
  },
  run: ({ args, rawArgs }) =>
    withErrorsPrinted(async () => {
      checkArguments(rawArgs, databaseOptionNames, ['dry-run'])
      if (args['dry-run']) return showPending(await pendingIn(args), console.log)
      await withDatabase(args, { migrate: 'manual', durability: 'as-configured' }, (store) =>
        migrateDatabase(store, console.log),
      )
    }),
})

const restore = defineCommand({
  meta: {
    name: 'restore-complete',
    description: 'Run after restoring a database from a backup: ends the sessions again that ended after the backup',
  },
  args: {
    ...databaseArguments,
    journal: { type: 'string', description: 'Revocation journals, separated by commas', default: '' },
    recovery: {
      type: 'string',
      description: 'Seconds for which refresh tokens newer than the database are accepted',
      default: '86400',
    },
  },
  run: ({ args, rawArgs }) =>
    withErrorsPrinted(async () => {
      checkArguments(rawArgs, [...databaseOptionNames, 'journal', 'recovery'])
      const recovery = readSeconds(args.recovery)
      const journals = args.journal.split(',').filter((path) => path !== '')
      await requireCurrentSchema(args)
      await withDatabase(args, { migrate: 'manual', durability: 'as-configured' }, (store) =>
        restoreComplete(store, { journals, recovery, print: console.log }),
      )
    }),
})

/** Prints the message of an error without its stack; DEBUG=1 prints both. */
async function withErrorsPrinted(run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    console.error(process.env.DEBUG ? error : `sessionward: ${message}`)
    process.exitCode = 1
  }
}

function readPort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port
  throw new TypeError('--port must be a whole number from 0 to 65535')
}

function readSeconds(text: string): number {
  const seconds = Number(text)
  if (Number.isInteger(seconds) && seconds > 0) return seconds
  throw new TypeError('--recovery must be a whole number of seconds, at least 1')
}

await runMain(
  defineCommand({
    meta: { name: 'sessionward', description: 'Token sign-in: an auth server and the commands of its operator' },
    subCommands: { dev, migrate, 'restore-complete': restore },
  }),
)
