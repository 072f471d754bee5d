import { client } from './client.js'
import { type ControlName, control, type Shown } from './control.js'
import { find } from './elements.js'
import { remainingLife } from './remaining-life.js'
import { sendRequest, sleepThenSend } from './requests.js'
import { words } from './words.js'

const { seen } = words

export type ActName = 'call' | 'sleep' | 'exchange' | 'stop' | 'start' | 'flush' | 'slow' | 'hundred' | 'unknown'

/** Each act returns the sentence of what was seen. */
export const acts: Readonly<Record<ActName, () => Promise<string>>> = {
  call: async () => seen.sent(await sendRequest()),
  sleep: async () => {
    const sent = await sleepThenSend((left) => {
      find('news').textContent = seen.asleep(left)
    })
    return seen.slept(sent)
  },
  exchange: () => exchanging('exchange', seen.exchange),
  stop: () => exchanging('stop', seen.stop),
  start: () => exchanging('start', seen.start),
  flush: () => exchanging('flush', seen.flush),
  slow: () => exchanging('slow', seen.slow),
  hundred: () => exchanging('hundred', seen.hundred),
  unknown: () => exchanging('unknown', seen.unknown),
}

/** The servers' clock goes forward in these acts, so the page takes a token of the new time afterwards. */
async function exchanging(act: ControlName, sentence: (shown: Shown) => string): Promise<string> {
  const shown = await control(act)
  await client.adopt()
  return sentence(shown)
}

/** @returns the sentence of what the guard did. */
export async function disable(username: string): Promise<string> {
  const isHere = client.user?.username === username
  const token = isHere ? await client.token() : undefined
  const left = remainingLife() ?? 0
  const begun = performance.now()
  await control('disable', username)
  if (token === undefined) return seen.disabledElsewhere(username)
  await untilRefused(token)
  return seen.disabled(Math.round(performance.now() - begun), left)
}

/** Sends a token as it is, without the client, until the guard refuses it. @throws Error after a second, which is its promise. */
async function untilRefused(token: string): Promise<void> {
  const headers = { Authorization: `Bearer ${token}` }
  const deadline = performance.now() + 1000
  while ((await fetch('/api/orders', { headers })).ok) {
    if (performance.now() > deadline) throw new Error('the guard still accepts the token')
  }
}
