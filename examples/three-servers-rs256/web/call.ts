import { SignedOutError } from '@sessionward/client'
import { watchActivity } from '@sessionward/client/activity'
import { client } from './client.js'
import { type BusinessServer, business, config } from './config.js'

/** What one server answered. */
export interface Outcome {
  /** One for each time that the request was sent; status 0: no answer. */
  readonly answers: readonly Answer[]
  /** Whether the client refreshed in between, or before. */
  readonly refreshed: boolean
}

export interface Answer {
  readonly status: number
  /** The guard says why; the old verifier says "Unauthorized" to everything. */
  readonly code?: string | undefined
}

export type Outcomes = Readonly<Partial<Record<BusinessServer, Outcome>>>

export interface Called {
  readonly outcomes: Outcomes
  /** Refreshes that were sent to the auth server. */
  readonly refreshes: number
}

/**
 * Calls business servers at once with the client, and writes down what went over the wire.
 *
 * @throws SignedOutError where a person must sign in first.
 */
export async function call(names: readonly BusinessServer[] = business): Promise<Called> {
  const servers = new Map<number, BusinessServer>()
  const answers: Record<BusinessServer, Answer[]> = { orders: [], invoices: [] }
  const refreshed = new Set<BusinessServer>()
  /** A request is accepted before `client.fetch` returns, so others that run at the same time are not taken for ours. */
  let sending: BusinessServer | undefined
  const refreshes = countRefreshes()
  const stop = watchActivity(client, (activity) => {
    if (activity.type !== 'request') return
    if (activity.phase === 'accepted' && sending) servers.set(activity.id, sending)
    const name = servers.get(activity.id)
    if (!name) return
    if (activity.phase === 'answered') {
      const { status, code } = activity
      answers[name].push(name === 'orders' ? { status, code } : { status })
    }
    if (activity.phase === 'waiting' || (activity.phase === 'sent' && activity.attempt > 1)) refreshed.add(name)
  })
  try {
    await Promise.all(
      names.map((name) => {
        sending = name
        const sent = client.fetch(addressOf(name))
        sending = undefined
        return sent.catch(unlessSignedOut)
      }),
    )
  } finally {
    stop()
    refreshes.stop()
  }
  const outcomeOf = (name: BusinessServer): Outcome => ({
    answers: answers[name].length === 0 ? [{ status: 0 }] : answers[name],
    refreshed: refreshed.has(name),
  })
  return { outcomes: Object.fromEntries(names.map((name) => [name, outcomeOf(name)])), refreshes: refreshes.count() }
}

/** Counts the refreshes that this tab sends to the auth server. */
export function countRefreshes() {
  let refreshes = 0
  const stop = watchActivity(client, ({ type, phase }) => {
    if (type === 'refresh' && phase === 'sent') refreshes++
  })
  return { stop, count: () => refreshes }
}

/** A server that is down is something to show, and no reason to sign in. */
function unlessSignedOut(error: unknown): void {
  if (error instanceof SignedOutError) throw error
}

/** Sends a token as it is, without the client. */
export async function probe(name: BusinessServer, token: string): Promise<Answer> {
  try {
    const response = await fetch(addressOf(name), { headers: { Authorization: `Bearer ${token}` } })
    const { code }: { code?: string } = response.ok ? {} : await response.json()
    return { status: response.status, code }
  } catch {
    return { status: 0 }
  }
}

/** Sends a token as it is to both. */
export async function probeBoth(token: string): Promise<Outcomes> {
  const answers = await Promise.all(business.map((name) => probe(name, token)))
  return Object.fromEntries(business.map((name, i) => [name, { answers: [answers[i]!], refreshed: false }]))
}

function addressOf(name: BusinessServer): string {
  return `${config[name]}/${name}`
}
