import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cookie, createGuard } from '@sessionward/guard'
import { protect } from '@sessionward/guard/express'
import express from 'express'
import type { Browser, Page } from 'playwright-core'
import { rolldown } from 'rolldown'
import { expect, onTestFinished } from 'vitest'
import { files } from '../examples/downloads/files.js'
import { openBarePage } from './harness/bare-page.js'
import { refreshes } from './harness/figures.js'
import { signIn } from './harness/page-client.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

declare global {
  interface Window {
    downloads: typeof import('../examples/downloads/link.js')
  }
}

story('a link with download works on an expired token, and no token is in any address', async ({ browser }) => {
  const { page, system, log, save } = await openFiles(browser)

  expect(await save('/files/report.csv')).toBe('a,b\n')
  system.expireAccessTokens()
  const before = refreshes(system)
  expect(await save('/files/report.csv')).toBe('a,b\n')

  expect(refreshes(system) - before).toBe(1)
  const token = await page.evaluate(() => window.client.token())
  expect(log.filter((line) => line.includes(token.slice(-20)) || line.includes('token'))).toEqual([])
  expect(log.filter((line) => line === 'GET /files/report.csv')).toHaveLength(2)
  expect(await page.evaluate(() => document.cookie)).toBe('')
})

story('the cookie opens the files for an image, and nothing else', async ({ browser }) => {
  const { page } = await openFiles(browser)
  const statusOf = (method: string, path: string) =>
    page.evaluate(([method, path]) => fetch(path!, { method: method! }).then(({ status }) => status), [method, path])

  expect(await statusOf('GET', '/files/photo.gif')).toBe(401)
  const width = await page.evaluate(async () => {
    const image = new Image()
    await window.downloads.openFiles(window.client, new URL('/files/photo.gif', location.href))
    image.src = '/files/photo.gif'
    await image.decode()
    return image.naturalWidth
  })

  expect(width).toBe(1)
  expect([await statusOf('GET', '/files/report.csv'), await statusOf('GET', '/orders')]).toEqual([200, 401])
  expect(await page.evaluate(() => window.client.fetch('/files/report.csv').then(({ status }) => status))).toBe(200)
})

const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

/** A page of a business server that has files, with somebody signed in. `log` is what its access log would have. */
async function openFiles(browser: Browser) {
  const folder = mkdtempSync(join(tmpdir(), 'files-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'report.csv'), 'a,b\n')
  writeFileSync(join(folder, 'photo.gif'), pixel)
  const app = express()
  const server = app.listen(0)
  onTestFinished(() => void server.close())
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const system = await openSystem({ origins: [origin] })
  const { url: issuer, guardCredential } = system.auth
  const guard = createGuard({
    issuer,
    audience: issuer,
    feed: { credential: guardCredential },
    now: system.clock.now,
  })
  onTestFinished(() => guard.close())
  await guard.ready()
  const log: string[] = []
  app.use((req, _res, next) => {
    log.push(`${req.method} ${req.originalUrl}`)
    next()
  })
  app.use('/files', files(guard, folder))
  app.get('/orders', protect(guard, { tokens: [cookie('download_token')] }), (_req, res) => void res.end())
  app.get('/', (_req, res) => void res.type('html').send('<!doctype html><title>Files</title>'))
  const page = await openBarePage(await openContext(browser), origin, { server: issuer, origins: [origin] })
  await page.addScriptTag({ content: await link() })
  await signIn(page, system.accounts[0])
  return { page, system, log, save: (path: string) => save(page, path) }
}

/** Clicks a link as a person does. @returns what was saved */
async function save(page: Page, path: string): Promise<string> {
  await page.evaluate((path) => {
    document.body.innerHTML = `<a href="${path}" download>Report</a>`
    window.downloads.guardLink(document.querySelector('a')!, window.client)
  }, path)
  const saving = page.waitForEvent('download')
  await page.click('a')
  return readFile(await (await saving).path(), 'utf8')
}

async function link(): Promise<string> {
  const built = await rolldown({ input: join(import.meta.dirname, '../examples/downloads/link.js') })
  const { output } = await built.generate({ format: 'iife', name: 'downloads' })
  await built.close()
  return `${output[0].code}\nwindow.downloads = downloads`
}
