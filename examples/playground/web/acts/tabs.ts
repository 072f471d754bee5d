import { now, pause } from '../config.js'
import { tally } from '../stage/tally.js'
import { type Act, clientLines, expire } from './act.js'

/** How many requests each tab makes. */
export const perTab = 5

const untilOpen = 60_000
const untilDone = 20_000

/** Two tabs at the same moment: one flight, or two and no harm. */
export const tabs: Act = {
  id: 'tabs',
  pace: 1,
  lines: `// Nothing to write for tabs: every client
// of one origin shares one session,
// one lock and one flight.
${clientLines}

const url = 'http://localhost:4001/api/hello'
await client.fetch(url)`,
  async play(scene) {
    const present = scene.tabs.youngest
    if (present === null && !openTab()) scene.say((words) => words.progress.needTab)
    const other = present ?? (await scene.tabs.next(untilOpen))
    if (other === null) throw new Error('no second tab opened')
    scene.say((words) => words.progress.tabHere)
    // The other tab asks this one for the access token as it opens; give it the time.
    await pause(600)
    await expire(scene, scene.client)
    const from = now()
    const at = from + 150
    const theirs = scene.tabs.perform(other, at, untilDone)
    await pause(at - now())
    await Promise.all(Array.from({ length: perTab }, () => scene.ask()))
    if (!(await theirs)) throw new Error('the second tab did not answer')
    const counts = tally(scene.model, from)
    return (words) => words.seen.tabs({ ...counts, tabs: counts.lanes })
  },
}

/** A small window beside this one, so that both are seen. A browser may hold it back. */
function openTab(): boolean {
  const place = `popup,width=480,height=720,left=${Math.max(screen.availWidth - 500, 0)},top=80`
  return window.open(location.pathname + location.search, 'sessionward-second-tab', place) !== null
}
