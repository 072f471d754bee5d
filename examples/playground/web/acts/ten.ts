import { now } from '../config.js'
import { tally } from '../stage/tally.js'
import { type Act, expire, fetchCode, sendAtOnce } from './act.js'

/** Ten requests at once on an expired access token: one refresh, ten answers. */
export const ten: Act = {
  id: 'ten',
  pace: 1,
  code: fetchCode,
  async play(scene) {
    await expire(scene, scene.mine.client)
    scene.say((words) => words.progress.refresh)
    const from = now()
    await sendAtOnce(scene.config, scene.mine, 10)
    const counts = tally(scene.model, from, scene.self)
    return (words) => words.seen.ten(counts)
  },
}
