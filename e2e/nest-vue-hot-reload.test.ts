import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { openNestVue, openSignedIn, refreshes } from './harness/nest-vue.js'
import { story } from './harness/story.js'

declare global {
  interface Window {
    /** What the module has made at its latest update. */
    hot?: Window['nestVue'] & { readonly update: number }
  }
}

const updates = 5

/** A copy of the page, beside the original, where it finds the same packages. */
function copyWeb(): string {
  const example = join(import.meta.dirname, '../examples/nestjs-vue')
  const cache = join(example, '.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'web-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  // Its configuration extends a file that is elsewhere from here.
  const isOfPage = (file: string) => !/tsconfig\.json$|node_modules/.test(file.slice(example.length))
  cpSync(join(example, 'web'), folder, { recursive: true, filter: isOfPage })
  return folder
}

story(
  'five hot updates of the module that creates the client leave one client, one stream and one refresh',
  async ({ browser }) => {
    const web = copyWeb()
    const example = await openNestVue({ web })
    const page = await openSignedIn(browser, example, 'lin')
    await expect.poll(() => example.auth.figures().live_streams).toBe(1)
    const file = join(web, 'api.ts')
    const source = readFileSync(file, 'utf8')

    for (let update = 1; update <= updates; update++) {
      // Again until it is seen: of two writes within a few milliseconds, a watcher of files may leave out the second.
      const write = async () => {
        writeFileSync(file, `${source}\nObject.assign(window, { hot: { api, client, update: ${update} } })\n`)
        return await page.evaluate(() => window.hot?.update)
      }
      await expect.poll(write, { interval: 500, timeout: 30_000 }).toBe(update)
    }

    // A page that had been loaded anew would have the updated module as its first.
    expect(await page.evaluate(() => window.hot!.client === window.nestVue.client)).toBe(true)
    expect(await page.evaluate(() => window.hot!.api === window.nestVue.api)).toBe(false)
    expect(example.auth.figures().live_streams).toBe(1)
    const before = refreshes(example)
    example.guard.expireSeen()
    const statuses = await page.evaluate(async () => {
      const instances = [window.nestVue.api, window.hot!.api]
      const sent = Array.from({ length: 10 }, (_, i) => instances[i % 2]!.get('/orders'))
      return (await Promise.all(sent)).map(({ status }) => status)
    })
    expect(statuses).toEqual(Array(10).fill(200))
    expect(refreshes(example) - before).toBe(1)
  },
)
