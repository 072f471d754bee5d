import { expect } from 'vitest'
import { openKoaIdentity, openSignedInPage, signInAt, userDatabases } from './harness/koa-identity.js'
import { story } from './harness/story.js'

story.for(userDatabases)(
  'a legacy MD5 user signs in, and the hash is argon2id afterwards, with users in %s',
  async (users, { browser, skip }) => {
    const system = await openKoaIdentity({ users })
    if (users !== 'sqlite' && system.users.title === 'SQLite') return skip(system.notes.join(' '))
    const stored = async () => (await system.users.find('ada'))!.hash
    expect(await stored()).toMatch(/^[0-9a-f]{32}$/)

    const page = await openSignedInPage(browser, system)
    const upgraded = await stored()
    await page.click('#sign-out')
    await page.waitForSelector('#signed-out:not([hidden])')
    await signInAt(page)

    expect(upgraded).toMatch(/^\$argon2id\$/)
    expect(await stored()).toBe(upgraded)
    expect(system.questions.upgrades).toBe(1)
    expect(await page.textContent('tr[data-user=ada]')).toContain('argon2id')
  },
)
