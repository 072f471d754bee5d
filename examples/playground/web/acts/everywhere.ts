import protectedApi from '../../src/protected-api.ts?source'
import { signOutEverywhere } from '../calls/sign-out-everywhere.js'
import signOutSource from '../calls/sign-out-everywhere.ts?source'
import { now, pause } from '../config.js'
import { type Act, secondsLeft } from './act.js'
import { lagOf, sendUntilRefused } from './send-until-refused.js'

/** Sign out everywhere: the business server refuses within a second, although the access token had time left. */
export const everywhere: Act = {
  id: 'everywhere',
  pace: 1,
  code: `${signOutSource}\n${protectedApi}`,
  async play(scene) {
    const { wire } = scene
    const { client } = scene.mine
    const token = await client.token()
    const sid = client.session?.id ?? ''
    const sending = sendUntilRefused(scene, scene.self, token, 30)
    await pause(120)
    const left = secondsLeft(token)
    const leaving = signOutEverywhere(client)
    const from = now()
    const ticking = setInterval(() => scene.count(now() - from), 50)
    await leaving
    scene.emit({ type: 'revoked', at: (from + now()) / 2 })
    await sending
    const milliseconds = await lagOf(wire, sid)
    clearInterval(ticking)
    scene.count(milliseconds)
    return (words) => words.seen.everywhere({ milliseconds, left })
  },
}
