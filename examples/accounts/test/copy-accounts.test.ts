import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type AuthServer, createAuthServer, type Store } from '@sessionward/server'
import { openStore } from '@sessionward/server/store/open'
import { expect, onTestFinished, test } from 'vitest'
import { copyExample, emptyFolder } from '../../../e2e/harness/documented-example.js'
import { findEngine } from '../../../packages/server/src/store/sqlite/client.js'
import { chosen, freshDatabase, serviceFor } from '../../../packages/server/test/harness/services.js'
import { bundle } from '../../../packages/server/test/store/processes/child.js'

// The program of docs/stores.md, run as it is but for the durability.

const ann = { username: 'ann', password: 'correct horse 42' }

test.skipIf(!chosen('mariadb'))(
  'built-in accounts move from SQLite to MySQL with their passwords and scopes, and a second run changes nothing',
  async ({ skip }) => {
    const { missing } = await serviceFor('mariadb')
    skip(missing !== undefined, missing)
    const file = join(emptyFolder(), 'auth.db')
    const before = authServer(await openStore(`sqlite:${file}`))
    const { subject } = await before.accounts!.create({ ...ann, scope: 'orders', profile: { name: '小安' } })
    await before.close()
    const url = await freshDatabase('mariadb')

    expect(await copy(accountsOf(file), url)).toBe('1 accounts copied\n')
    expect(await copy(accountsOf(file), url)).toBe('0 accounts copied\n')

    const after = authServer(await openStore(url, { durability: 'as-configured' }))
    const { user, accessToken } = await after.sessions.signIn(ann)
    expect(user).toMatchObject({ subject, username: 'ann', name: '小安' })
    expect(JSON.parse(atob(accessToken.split('.')[1]!))).toMatchObject({ sub: subject, scope: 'orders' })
  },
)

function authServer(store: Store): AuthServer {
  const secrets = { refresh: [{ id: 1, secret: randomBytes(48), state: 'minting' }], seal: randomBytes(48) } as const
  const auth = createAuthServer({ issuer: 'http://localhost:4000', store, secrets })
  onTestFinished(async () => {
    await auth.close()
    await store.close()
  })
  return auth
}

/** What the command `sqlite3` prints in the document. */
function accountsOf(file: string): string {
  const database = findEngine()(file, false)
  const rows = database.prepare('SELECT account FROM accounts').all([]) as { readonly account: string }[]
  database.close()
  return rows.map(({ account }) => `${account}\n`).join('')
}

// The servers of the tests do not flush to disk.
const asConfigured = { 'process.env.DATABASE_URL': "process.env.DATABASE_URL, { durability: 'as-configured' }" }

async function copy(input: string, url: string): Promise<string> {
  const program = await bundle(pathToFileURL(copyExample('accounts/copy-accounts.js', asConfigured)))
  onTestFinished(program.remove)
  const env = { ...process.env, DATABASE_URL: url }
  const { stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', program.file], {
    input,
    env,
    encoding: 'utf8',
  })
  return stdout + stderr
}
