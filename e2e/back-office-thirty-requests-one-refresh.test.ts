import { describe, expect } from 'vitest'
import { backendOf, openOffice, openSignedIn, selectVariants, sendAtOnce } from './harness/back-office.js'
import { story } from './harness/story.js'

describe.each(selectVariants('after', 'auth-server', 'single-token'))('%s', (variant) => {
  story('thirty requests with an expired token cause one refresh and get thirty answers', async ({ browser }) => {
    const office = await openOffice()
    const page = await openSignedIn(browser, office, variant)
    const [gets, posts] = [10, 20]
    const backend = backendOf(office, variant)
    const refreshesBefore = backend.refreshes()
    backend.expireAccessTokens()
    const reachedBefore = office.orders.log.length

    const outcomes = await Promise.all([sendAtOnce(page, gets), sendAtOnce(page, posts, 'post')])

    expect(outcomes.flat()).toEqual(Array(gets + posts).fill('done'))
    expect(backend.refreshes() - refreshesBefore).toBe(1)
    const reached = office.orders.log.slice(reachedBefore)
    expect(reached.filter((line) => line.startsWith('POST'))).toHaveLength(posts)
    expect(new Set(reached).size).toBe(gets + posts)
    expect(reached).toHaveLength(gets + posts)
  })
})
