import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { rolldown } from 'rolldown'
import { expect } from 'vitest'
import { headerOf } from '../packages/client/test/support/recording-api.js'
import type { AttachedPage } from './harness/attached-page.js'
import { openAxiosPage } from './harness/axios-page.js'
import { story, storyIn } from './harness/story.js'

/** What the files of examples/axios export. */
interface Example {
  readonly api: typeof window.axios
  readonly client: typeof window.client
  download(url: string, name: string): Promise<void>
  showImage(image: HTMLImageElement, url: string): Promise<void>
  messageOf(error: unknown): string | undefined
  attachSigned(instance: object, client: object, signature: (text: string) => string): () => void
}
declare global {
  interface Window {
    axiosExample: Example
  }
}

const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

// Firefox saves the file, and does not tell the test so.
storyIn('chromium')(
  'a download and an image work on an expired token, and no token is in any address',
  async ({ browser }) => {
    const { page, api, takeCalls, expire, server } = await openAxiosPage(browser)
    await addExample(page, server, api.origin)
    const { answer } = api
    const files = { '/api/report': Buffer.from('a,b\n'), '/api/photo': pixel }
    api.answer = (call, n) => {
      const file = files[call.line.replace('GET ', '') as keyof typeof files]
      return answer(call, n) ?? (file && { headers: { 'Content-Type': 'image/gif' }, body: file })
    }
    await expire()

    const saving = page.waitForEvent('download')
    await page.evaluate(() => window.axiosExample.download('/api/report', 'report.csv'))
    const saved = await saving
    const width = await page.evaluate(async () => {
      const image = new Image()
      await window.axiosExample.showImage(image, '/api/photo')
      await image.decode()
      return image.naturalWidth
    })

    expect([saved.suggestedFilename(), await readFile(await saved.path(), 'utf8'), width]).toEqual([
      'report.csv',
      'a,b\n',
      1,
    ])
    const lines = takeCalls()
      .filter(({ line }) => line.startsWith('GET'))
      .map(({ line }) => line)
    expect(lines).toEqual(['GET /api/report', 'GET /api/report', 'GET /api/photo'])
  },
)

story(
  'an error interceptor shows no message for an ended session, and the message of the server otherwise',
  async ({ browser }) => {
    const axiosPage = await openAxiosPage(browser)
    const { page, api, server, expire, end } = axiosPage
    await addExample(page, server, api.origin)
    const { answer } = api
    api.answer = (call, n) =>
      call.line === 'GET /api/full' ? { status: 409, body: { message: 'Full.' } } : answer(call, n)
    const said = (url: string) =>
      page.evaluate((url) => window.axiosExample.api.get(url).then(String, window.axiosExample.messageOf), url)

    expect(await said('/api/full')).toBe('Full.')
    await expire()
    await end()
    expect(await said('/api/a')).toBe(undefined)
  },
)

story('a signature is made for each attempt', async ({ browser }) => {
  const { page, api, takeCalls, server, expire } = await openAxiosPage(browser)
  await addExample(page, server, api.origin)
  await expire()

  await page.evaluate(async () => {
    const instance = window.axios.create()
    window.axiosExample.attachSigned(instance, window.client, (text) => String(text.length))
    await instance.post('/api/orders', { a: 1 })
  })

  const nonces = takeCalls().map((call) => headerOf(call, 'x-nonce'))
  expect([nonces.length, new Set(nonces).size]).toEqual([2, 2])
})

/** The example as it stands, at the addresses of this story. */
async function addExample(page: Page, server: AttachedPage['server'], origin: string): Promise<void> {
  const folder = join(import.meta.dirname, '../examples/axios')
  const entry = join(folder, 'entry.js')
  const names = ['api', 'errors', 'download', 'sign']
  const here = origin.replace('127.0.0.1', 'localhost')
  const built = await rolldown({
    input: entry,
    platform: 'browser',
    resolve: { conditionNames: ['sessionward-source', 'browser', 'import', 'default'] },
    plugins: [
      {
        name: 'addresses',
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? names.map((name) => `export * from './${name}.js'`).join('\n') : undefined),
        transform: (code, id) =>
          id.startsWith(folder)
            ? code.replace('https://auth.example.com', server).replaceAll('https://api.example.com', here)
            : undefined,
      },
    ],
  })
  const { output } = await built.generate({ format: 'iife', name: 'example' })
  await built.close()
  await page.addScriptTag({ content: `${output[0].code}\nwindow.axiosExample = example` })
}
