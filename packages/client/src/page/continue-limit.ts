const key = 'sessionward.continued'

/** Milliseconds. */
const recently = 10_000

/** How often one tab goes on to one address in that time. */
const most = 2

/**
 * Notes that this tab goes on to an address.
 *
 * @returns whether it has just done so twice: then the access cookie does not arrive there, or is not kept, and the page guard
 * cannot know it.
 */
export function exceedsContinueLimit(address: string, now = Date.now()): boolean {
  try {
    const noted = JSON.parse(sessionStorage.getItem(key) ?? '[]') as [string, number][]
    const before = noted.filter(([, at]) => now - at < recently && now >= at)
    const count = before.filter(([one]) => one === address).length
    const next = count < most ? [...before, [address, now]] : []
    sessionStorage.setItem(key, JSON.stringify(next))
    return count >= most
  } catch {
    // Without storage the client cannot have a session to go on with, but by a cookie.
    return false
  }
}
