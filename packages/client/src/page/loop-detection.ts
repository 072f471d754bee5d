const key = 'sessionward.continued'

/** Milliseconds. */
const limitPeriod = 10_000

/** Maximum number of navigations to one address within `limitPeriod`. */
const maxContinues = 2

/**
 * Records that this tab navigates to an address.
 *
 * @returns whether it has just done so twice: then the access cookie is not sent there or not stored, which the page guard
 * cannot detect
 */
export function exceedsContinueLimit(address: string, now = Date.now()): boolean {
  try {
    const entries = JSON.parse(sessionStorage.getItem(key) ?? '[]') as [string, number][]
    const before = entries.filter(([, at]) => now - at < limitPeriod && now >= at)
    const count = before.filter(([one]) => one === address).length
    const next = count < maxContinues ? [...before, [address, now]] : []
    sessionStorage.setItem(key, JSON.stringify(next))
    return count >= maxContinues
  } catch {
    // Without storage the client cannot have a session to go on with, but by a cookie.
    return false
  }
}
