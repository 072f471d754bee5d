import { watchActivity } from '@sessionward/client/activity'
import { client } from './client.js'
import { element, find } from './elements.js'
import { remainingLife } from './remaining-life.js'
import { words } from './words.js'

export interface Sent {
  /** Seconds that the token had left before the request. */
  readonly life: number
  /** Whether a new token was fetched before the request was sent. */
  readonly exchanged: boolean
  /** Of the business route, for each time that the request was sent. */
  readonly statuses: readonly number[]
}

const rows = 6

/** Sends a request of the business, and writes down what the client did about it. The client looks at the token's life itself. */
export async function sendRequest(): Promise<Sent> {
  const life = remainingLife() ?? 0
  const statuses: number[] = []
  let exchanged = false
  const stop = watchActivity(client, (activity) => {
    if (activity.type === 'refresh' && activity.phase === 'sent' && statuses.length === 0) exchanged = true
    if (activity.type === 'request' && activity.phase === 'answered') statuses.push(activity.status)
  })
  try {
    await client.fetch('/api/orders')
  } finally {
    stop()
  }
  const sent = { life, exchanged, statuses }
  show(sent)
  return sent
}

function show({ life, exchanged, statuses }: Sent): void {
  const row = document.createElement('tr')
  row.append(
    element('th', words.seconds(life)),
    element('td', exchanged ? words.exchangedFirst : words.sentAsItIs, exchanged ? 'exchanged' : ''),
    element('td', statuses.join(' → '), statuses.at(-1) === 200 ? 'accepted' : 'refused'),
  )
  find('log').prepend(row)
  for (const old of [...find('log').children].slice(rows)) old.remove()
  find('requests').hidden = false
}

/** What a page in the background does about its token: nothing, so that it runs out. Then it sends a request. */
export async function sleepThenSend(tick: (left: number) => void): Promise<Sent> {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })
  try {
    for (let left = remainingLife() ?? 0; left > 0; left = remainingLife() ?? 0) {
      tick(left)
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    // What is rounded to nothing may be half a second.
    await new Promise((resolve) => setTimeout(resolve, 600))
    return await sendRequest()
  } finally {
    Reflect.deleteProperty(document, 'hidden')
  }
}
