import { createInterface } from 'node:readline'
import { openStore } from '@sessionward/server/store/open'

// Built-in accounts, one a line on standard input, into the store that DATABASE_URL names. It may run again: what is there stays.
const store = await openStore(process.env.DATABASE_URL)
let copied = 0
for await (const line of createInterface({ input: process.stdin })) {
  const account = JSON.parse(line)
  if (await store.accounts.find(account)) continue
  const outcome = await store.accounts.create(account)
  if (outcome === 'created') copied += 1
  else console.error(`${account.username} was not copied: another account has this name`)
}
console.log(`${copied} accounts copied`)
await store.close()
