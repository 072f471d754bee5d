import { now } from '../config.js'
import { tally } from '../stage/tally.js'
import { type Act, clientLines, expire } from './act.js'

/** Ten at once on an expired token: one refresh, ten answers. */
export const ten: Act = {
  id: 'ten',
  pace: 1,
  lines: `${clientLines}

const url = 'http://localhost:4001/api/hello'
const answers = await Promise.all(
  Array.from({ length: 10 }, () =>
    client.fetch(url)),
)`,
  async play(scene) {
    await expire(scene, scene.client)
    const from = now()
    await Promise.all(Array.from({ length: 10 }, () => scene.ask()))
    const counts = tally(scene.model, from, scene.self)
    return (words) => words.seen.ten(counts)
  },
}
