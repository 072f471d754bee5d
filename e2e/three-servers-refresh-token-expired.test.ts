import { expect } from 'vitest'
import { story } from './harness/story.js'
import { latestAnswers, openSignedInPage, openThreeServers, signInAt } from './harness/three-servers.js'

story(
  'after the refresh token has expired the page goes to sign-in and returns to the requested view',
  async ({ browser }) => {
    const servers = await openThreeServers()
    const page = await openSignedInPage(browser, servers)
    servers.advance(servers.lifetimes.refreshToken + 6)

    await page.click('#invoices-call')
    await page.waitForURL('**/sign-in?*')

    expect(await page.textContent('#reason')).toContain('longer than the refresh token lives')
    expect(new URL(page.url()).searchParams.get('return_to')).toBe('/?ask=invoices')
    const requestsBefore = servers.invoices.log.length
    await signInAt(page)
    expect(new URL(page.url()).search).toBe('?ask=invoices')
    expect(await latestAnswers(page)).toEqual(['', '200'])
    expect(servers.invoices.log.slice(requestsBefore).filter((line) => line.startsWith('GET'))).toEqual([
      'GET /invoices 200',
    ])
  },
)

story('the sign-in page returns only to pages of its own origin', async ({ browser }) => {
  const servers = await openThreeServers()
  const page = await openSignedInPage(browser, servers)

  for (const hostile of [
    'https://evil.example/',
    '//evil.example',
    '/.//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
  ]) {
    await page.goto(`${servers.page}/sign-in?return_to=${encodeURIComponent(hostile)}`)
    await signInAt(page)
    expect(new URL(page.url()).href).toBe(`${servers.page}/`)
  }
})
