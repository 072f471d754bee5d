import { createHash, generateKeyPairSync } from 'node:crypto'
import { Redis } from 'ioredis'
import { createPool } from 'mysql2/promise'
import { describe, expect, onTestFinished, test } from 'vitest'
import * as businessCodes from '../../../../examples/which-setup/src/business-codes.js'
import * as identityCookie from '../../../../examples/which-setup/src/identity-cookie.js'
import * as pages from '../../../../examples/which-setup/src/pages.js'
import * as separateServers from '../../../../examples/which-setup/src/separate-servers.js'
import * as singlePageApp from '../../../../examples/which-setup/src/single-page-app.js'
import type { AuthServer } from '../../src/auth-server.js'
import type { AuthServerOptions } from '../../src/options.js'
import { memoryStore } from '../../src/store/memory/index.js'
import { appOrigin } from '../harness/auth-server.js'
import { Browser } from '../harness/browser.js'
import { passwordOf } from '../harness/people.js'
import { testSecrets } from '../harness/secrets.js'
import { chosen, freshDatabase, freshPrefix, serviceFor } from '../harness/services.js'

const ann = { username: 'ann', password: passwordOf('ann') }

/** What docs/which-setup.md shows, on a server in memory. */
function open(create: (options: AuthServerOptions) => AuthServer) {
  const auth = create({
    issuer: 'https://auth.example.com',
    mode: 'production',
    store: memoryStore(),
    secrets: testSecrets(),
    origins: [appOrigin],
  })
  onTestFinished(() => auth.close())
  return { auth, browser: new Browser(auth) }
}

describe('the set-ups of docs/which-setup.md', () => {
  test('separate servers: the access token is RS256 for the business servers, with the name, for half an hour', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const { auth, browser } = open((options) => separateServers.openAuthServer(pem, options))
    await auth.accounts!.create({ ...ann, profile: { name: 'Ann' } })

    const { access_token: token, expires_in: lifetime } = await browser.signIn('ann')

    const [header, claims] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString())
    expect(JSON.parse(header!)).toMatchObject({ alg: 'RS256', typ: 'JWT' })
    expect(JSON.parse(claims!)).toMatchObject({ aud: 'business', name: 'Ann' })
    expect(lifetime).toBe(1800)
  })

  test('pages: a sign-in sets the access cookie beside the refresh cookie', async () => {
    const { auth, browser } = open(pages.openAuthServer)
    await auth.accounts!.create(ann)

    await browser.signIn('ann')

    expect([...browser.jar.keys()]).toEqual([expect.stringMatching(/^__Host-Http-/), '__Host-access_token'])
  })

  test('business codes: a wrong password is HTTP 200 with a code, and a newer sign-in ends the older', async () => {
    const { auth, browser } = open(businessCodes.openAuthServer)
    const { subject } = await auth.accounts!.create(ann)

    const refused = await browser.post('/auth/login', { ...ann, password: 'wrong' })
    await new Browser(auth).signIn('ann')
    await new Browser(auth).signIn('ann')

    expect([refused.status, await refused.json()]).toMatchObject([200, { code: 10401 }])
    expect(await auth.sessions.list({ subject })).toHaveLength(1)
  })

  test('a single-page app: sign-in and registration want a captcha', async () => {
    const { browser } = open(singlePageApp.openAuthServer)

    for (const path of ['/auth/login', '/auth/register']) {
      expect(await (await browser.post(path, ann)).json()).toMatchObject({ code: 'captcha_required' })
    }
  })

  if (chosen('mariadb'))
    test('an identity cookie: an old hash signs in, and the cookie is exchanged and stays as it is', async ({
      skip,
    }) => {
      const [mariadb, redis] = [await serviceFor('mariadb'), await serviceFor('redis')]
      skip(mariadb.missing !== undefined, mariadb.missing)
      skip(redis.missing !== undefined, redis.missing)
      const [pool, client] = [createPool(await freshDatabase('mariadb')), new Redis((await freshPrefix()).url)]
      onTestFinished(async () => {
        client.disconnect()
        await pool.end()
      })
      await pool.query('CREATE TABLE users (id INT PRIMARY KEY, email VARCHAR(60), password VARCHAR(120))')
      const hash = createHash('md5').update(ann.password).digest('hex')
      await pool.query("INSERT INTO users VALUES (7, 'ann', ?)", [hash])
      const { browser } = open((options) => identityCookie.openAuthServer(pool, client, options))

      await browser.signIn('ann')
      const cookies = new Map(browser.jar)
      const exchanged = await browser.post('/auth/refresh')

      expect([exchanged.status, await exchanged.json()]).toMatchObject([200, { user: { id: '7', email: 'ann' } }])
      expect(browser.jar).toEqual(cookies)
    })
})
