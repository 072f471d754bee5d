#!/usr/bin/env node
import { defineCommand, runMain } from 'citty'
import { databaseArguments, pendingIn, refuseUnmade, withDatabase } from './database.js'
import { startDevelopmentServer } from './dev.js'
import { migrateDatabase, showPending } from './migrate.js'
import { restoreComplete } from './restore-complete.js'
import { emptyOption, foreignOption } from './unknown-argument.js'

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
      refuseForeign(rawArgs, ['port', 'data', 'origin'])
      const server = await startDevelopmentServer({
        port: readPort(args.port),
        dataFolder: args.data,
        origins: args.origin.split(',').filter((origin) => origin !== ''),
        print: console.log,
      })
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())
    }),
})

const placeNames = Object.keys(databaseArguments)

const migrate = defineCommand({
  meta: { name: 'migrate', description: 'Make the tables that a database lacks' },
  args: {
    ...databaseArguments,
    'dry-run': { type: 'boolean', description: 'Print what would be done, and do nothing', default: false },
  },
  run: ({ args, rawArgs }) =>
    orSay(async () => {
      refuseForeign(rawArgs, placeNames, ['dry-run'])
      if (args['dry-run']) return showPending(await pendingIn(args), console.log)
      await withDatabase(args, { migrate: 'manual', durability: 'as-configured' }, (store) =>
        migrateDatabase(store, console.log),
      )
    }),
})

const restore = defineCommand({
  meta: { name: 'restore-complete', description: 'What remains to be done when a database was restored from a backup' },
  args: {
    ...databaseArguments,
    journal: { type: 'string', description: 'Journals of revocations, with commas between them', default: '' },
    recovery: {
      type: 'string',
      description: 'Seconds for which clients that are ahead of the database are believed',
      default: '86400',
    },
  },
  run: ({ args, rawArgs }) =>
    orSay(async () => {
      refuseForeign(rawArgs, [...placeNames, 'journal', 'recovery'])
      const recovery = readSeconds(args.recovery)
      const journals = args.journal.split(',').filter((path) => path !== '')
      await refuseUnmade(args)
      await withDatabase(args, { migrate: 'manual', durability: 'as-configured' }, (store) =>
        restoreComplete(store, { journals, recovery, print: console.log }),
      )
    }),
})

/** @throws TypeError that names a misspelt option, and those that there are, or one whose value is missing. */
function refuseForeign(words: readonly string[], names: readonly string[], switches: readonly string[] = []): void {
  const empty = emptyOption(words, names)
  if (empty !== undefined) throw new TypeError(`${empty.replace(/=$/, '')} has no value`)
  const foreign = foreignOption(words, names, switches)
  if (foreign === undefined) return
  const all = [...names, ...switches].map((name) => `--${name}`)
  throw new TypeError(`${foreign} is not known here: expected ${all.join(', ').replace(/, (?=[^,]*$)/, ' or ')}`)
}

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

function readSeconds(text: string): number {
  const seconds = Number(text)
  if (Number.isInteger(seconds) && seconds > 0) return seconds
  throw new TypeError('--recovery must be whole seconds, at least 1')
}

await runMain(
  defineCommand({
    meta: { name: 'sessionward', description: 'Token sign-in that people never notice and thieves cannot use' },
    subCommands: { dev, migrate, 'restore-complete': restore },
  }),
)
