import { now, pause } from '../config.js'
import { tally } from '../stage/tally.js'
import { type Act, expire, fetchCode, sendAtOnce } from './act.js'

/** Requests of each tab. */
export const perTab = 5

const untilOpen = 60_000
const untilDone = 20_000

/** Two tabs at the same moment: one flight, or two and no harm. */
export const tabs: Act = {
  id: 'tabs',
  pace: 1,
  code: fetchCode,
  async play(scene) {
    const present = scene.tabs.youngest
    if (present === null && !openTab()) scene.say((words) => words.progress.needTab)
    const other = present ?? (await scene.tabs.next(untilOpen))
    if (other === null) throw new Error('no second tab opened')
    scene.say((words) => words.progress.tabHere)
    // A tab that opens asks the others for the access token; it needs a moment.
    await pause(600)
    await expire(scene, scene.mine.client)
    // Time counts from here, not from the moment when the second tab began to open.
    const from = now()
    scene.emit({ type: 'act', act: tabs.id, pace: tabs.pace, at: from })
    const at = from + 150
    const theirs = scene.tabs.perform(other, at, untilDone)
    await pause(at - now())
    await sendAtOnce(scene.config, scene.mine, perTab)
    if (!(await theirs)) throw new Error('the second tab did not answer')
    const counts = tally(scene.model, from)
    return (words) => words.seen.tabs({ ...counts, tabs: counts.lanes })
  },
}

/** A small window beside this one, so that both are seen. The browser may block it. */
function openTab(): boolean {
  const place = `popup,width=480,height=720,left=${Math.max(screen.availWidth - 500, 0)},top=80`
  return window.open(location.pathname + location.search, 'sessionward-second-tab', place) !== null
}
