// npm run bench -- client
//
// What users of each client meet when an access token expires: the same scenarios over ours, hand-written code and the usual
// libraries, in Chromium, against an auth server that rotates strictly. `BENCH_PEERS=ky,alova` runs only those.
// `--write` puts the table into docs/client.md and its Chinese counterpart.
import { chromium } from 'playwright-core'
import { ensureChromium, launchArgs } from '../../scripts/chromium.mjs'
import { scriptOf, sizeOf, sizeOfAxios, sizeOfWorker } from './bundle.mjs'
import { installPeers, peers } from './peers.mjs'
import { scenarios } from './scenarios.mjs'
import { keepsItsPromises, tableOf, writeTables } from './table.mjs'
import { openWorld } from './world.mjs'

/** Most of the time is spent waiting. With more than this a small machine is too slow for the fixed delays of the scenarios. */
const worldsAtOnce = 5
const only = process.env.BENCH_PEERS?.split(',')
const chosen = peers.filter(({ file }) => only === undefined || only.includes(file))

const found = ensureChromium()
if (!found) process.exit(1)
installPeers()
const browser = await chromium.launch({ executablePath: found.path, headless: true, args: launchArgs })
const rows = []
try {
  for (const peer of chosen) rows.push(await measure(peer))
} finally {
  await browser.close()
}
const figures = { rows, axios: await sizeOfAxios(), chromium: found.version }
console.log(`\n${tableOf(figures, 'en')}`)
if (process.argv.includes('--write')) writeTables(figures)
process.exitCode = rows.filter(({ peer }) => peer.file.startsWith('sessionward')).every(keepsItsPromises) ? 0 : 1

async function measure(peer) {
  const script = await scriptOf(peer.file)
  const tasks = Object.entries(scenarios)
    .filter(([, { needsTabs }]) => !(needsTabs && peer.tabsShareNothing))
    .flatMap(([name, { run, times }]) => Array(times).fill([name, run]))
  const outcomes = {}
  const next = tasks.values()
  await inParallel(worldsAtOnce, async () => {
    for (const [name, run] of next) {
      const outcome = await play(script, run)
      outcomes[name] = [...(outcomes[name] ?? []), outcome]
    }
  })
  console.log(`${peer.file.padEnd(24)} ${JSON.stringify(outcomes)}`)
  return { peer, size: await sizeOf(peer.file), worker: peer.worker ? sizeOfWorker() : 0, outcomes }
}

async function play(script, run) {
  const world = await openWorld(browser, script)
  try {
    const outcome = await run(world)
    return { ...outcome, isSignedOut: await world.isSignedOut() }
  } finally {
    await world.close()
  }
}

/** Several lanes that share one iterator, which hands each thing to one of them. */
function inParallel(lanes, work) {
  return Promise.all(Array.from({ length: lanes }, work))
}
