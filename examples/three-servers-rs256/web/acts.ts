import { type Called, call, countRefreshes, type Outcomes, probe, probeBoth } from './call.js'
import { client } from './client.js'
import { business, config } from './config.js'
import { control } from './control.js'
import { expiryOf, withOneCharacterChanged } from './token.js'
import { words } from './words.js'

/** What an act has shown: a row of the table and a sentence. */
export interface Seen {
  readonly outcomes: Outcomes
  readonly sentence: string
}

export type ActName = 'call' | 'expire' | 'forge' | 'everywhere' | 'again' | 'rotate' | 'day'

/** The token of a session that was ended, to be sent again. */
let ended: string | undefined

/** Seconds beyond a lifetime: guards allow clocks to differ by five. */
const tolerance = 6

export const acts: Readonly<Record<ActName, () => Promise<Seen>>> = {
  async call() {
    const { outcomes, refreshes } = await call()
    return { outcomes, sentence: words.seen.asked(business.length, refreshes) }
  },

  async expire() {
    await client.token()
    await control('advance', `${config.lifetimes.accessToken + tolerance}`)
    return seenOf(await call())
  },

  async forge() {
    const outcomes = await probeBoth(withOneCharacterChanged(await client.token()))
    return { outcomes, sentence: words.seen.forged }
  },

  async everywhere() {
    ended = await client.token()
    await client.signOut({ everywhere: true })
    const milliseconds = await untilRefused(ended)
    const outcomes = await probeBoth(ended)
    const { now } = await control('state')
    const minutes = Math.max(0, Math.round((expiryOf(ended) - now) / 60_000))
    return { outcomes, sentence: words.seen.everywhere(milliseconds, minutes) }
  },

  async again() {
    if (ended === undefined) return { outcomes: {}, sentence: words.seen.noOldToken }
    return { outcomes: await probeBoth(ended), sentence: words.seen.again }
  },

  async rotate() {
    const load = startLoad()
    await control('rotate').finally(load.stop)
    const { calls, failed, refreshes, refused } = await load.over
    return { ...(await call()), sentence: words.seen.rotated(calls, failed, refused, refreshes) }
  },

  async day() {
    await control('advance', `${config.lifetimes.refreshToken + tolerance}`)
    return seenOf(await call())
  },
}

function seenOf({ outcomes, refreshes }: Called): Seen {
  const answers = Object.values(outcomes).map((outcome) => outcome.answers)
  const refused = answers.filter(([first]) => first?.status === 401).length
  const answered = answers.filter((each) => each.at(-1)?.status === 200).length
  return { outcomes, sentence: words.seen.called(refused, refreshes, answered) }
}

/** @returns milliseconds until the guard refused the token. A second is its promise. */
async function untilRefused(token: string): Promise<number> {
  const start = performance.now()
  while (performance.now() - start < 1000) {
    if ((await probe('orders', token)).status !== 200) break
  }
  return Math.round(performance.now() - start)
}

/** Calls both servers over and over, four calls at a time. */
function startLoad() {
  const sum = { calls: 0, failed: 0, refused: 0 }
  const flights = countRefreshes()
  let running = true
  const worker = async () => {
    while (running) {
      const { outcomes } = await call()
      for (const { answers } of Object.values(outcomes)) {
        sum.calls++
        sum.refused += answers.length - 1
        if (answers.at(-1)?.status !== 200) sum.failed++
      }
    }
  }
  const over = Promise.all(Array.from({ length: 4 }, worker)).then(() => {
    flights.stop()
    return { ...sum, refreshes: flights.count() }
  })
  return {
    over,
    stop() {
      running = false
    },
  }
}
