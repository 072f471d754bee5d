import type { RequestListener } from 'node:http'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { signIn } from './harness/page-client.js'
import { serveClient } from './harness/sign-in-again-page.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

type Browser = Parameters<typeof openContext>[0]

const form = `<form id="order" method="post" action="/orders" autocomplete="off">
  <input type="hidden" name="csrf" value="server-made">
  <input name="article"> <textarea name="note"></textarea>
  <select name="size"><option>S</option><option>L</option></select>
  <select name="extras" multiple><option>a</option><option>b</option><option>c</option></select>
  <input type="checkbox" name="gift"> <input type="checkbox" name="gift">
  <input type="radio" name="pay" value="card" checked> <input type="radio" name="pay" value="bill">
  <input type="password" name="pin"> <input type="file" name="plan">
  <input name="card" autocomplete="section-a cc-number"> <input name="code" autocomplete="one-time-code">
  <button>Order</button>
</form>`

/** A page with the form at /order, sign-in at /sign-in, and an address that takes orders and leads on to /thanks. */
const site = (orders: string[]): RequestListener => {
  const page = (body: string) =>
    `<!doctype html><html lang="en"><link rel="icon" href="data:,"><body>${body}</body></html>`
  return async (request, response) => {
    const { pathname } = new URL(request.url!, 'http://page')
    if (request.method === 'POST') {
      let text = ''
      for await (const chunk of request) text += String(chunk)
      orders.push(text)
      response.writeHead(303, { Location: pathname === '/orders' ? '/thanks' : '/sign-in' }).end()
    } else response.writeHead(200, { 'Content-Type': 'text/html' }).end(page(pathname === '/order' ? form : pathname))
  }
}

async function openSite(browser: Browser) {
  const system = await openSystem()
  const orders: string[] = []
  system.page.serve(site(orders))
  const context = await openContext(browser)
  await serveClient(context, system, { dialog: null })
  const page = await context.newPage()
  const open = async (path: string) => {
    await page.goto(system.page.url + path)
    await page.waitForFunction(() => window.client.state !== 'unknown')
  }
  const signInAs = async (index: 0 | 1) => {
    await open('/sign-in')
    await signIn(page, system.accounts[index])
  }
  const openForm = async (path = '/order') => {
    await open(path)
    return page.evaluate(() => {
      const order = document.querySelector('form')!
      const kept = window.draft(order, { client: window.client })
      Object.assign(window, { kept })
      return kept.restored
    })
  }
  await signInAs(0)
  return { system, context, page, orders, open, openForm, signInAs }
}

const write = async (page: Page) => {
  await page.fill('[name=article]', 'Ladder')
  await page.fill('[name=note]', 'two\nlines <b>')
  await page.selectOption('[name=size]', 'L')
  await page.selectOption('[name=extras]', ['a', 'c'])
  await page.check('[name=gift] >> nth=1')
  await page.check('[value=bill]')
  await page.fill('[name=pin]', 'secret-pin')
  await page.fill('[name=card]', '4111-secret')
  await page.fill('[name=code]', '123-secret')
  await page.setInputFiles('[name=plan]', { name: 'secret.txt', mimeType: 'text/plain', buffer: Buffer.from('x') })
}

const values = (page: Page) =>
  page.evaluate(() => {
    const all = new FormData(document.querySelector('form')!)
    return [...all].map(([name, value]) => `${name}=${typeof value === 'string' ? value : value.name}`)
  })

const stored = (page: Page) => page.evaluate(() => JSON.stringify({ ...sessionStorage }))
const empty = ['csrf=server-made', 'article=', 'note=', 'size=S', 'pay=card', 'pin=', 'plan=', 'card=', 'code=']

story('a half-filled form is restored after a redirect to sign-in, without secret fields', async ({ browser }) => {
  const { system, page, openForm, signInAs, orders } = await openSite(browser)
  expect(await openForm()).toBe(false)
  await write(page)
  await system.auth.server.sessions.end(await page.evaluate(() => window.client.session!.id))
  system.expireAccessTokens()
  // The session turns out to be over, and the application goes to sign-in at once.
  await page.evaluate((url) => window.client.fetch(url).catch(() => {}), `${system.api.url}/api/hello`)
  expect(await page.evaluate(() => window.client.state)).toBe('anonymous')

  await signInAs(0)
  expect(await stored(page)).toContain('Ladder')
  expect(await stored(page)).not.toMatch(/secret|server-made/)
  expect(await openForm()).toBe(true)

  expect(await values(page)).toEqual([
    'csrf=server-made',
    'article=Ladder',
    'note=two\nlines <b>',
    'size=L',
    'extras=a',
    'extras=c',
    'gift=on',
    'pay=bill',
    'pin=',
    'plan=',
    'card=',
    'code=',
  ])
  expect(await page.isChecked('[name=gift] >> nth=1')).toBe(true)
  expect(orders).toEqual([])
})

story('a password that is shown as text is not saved, however the page shows it', async ({ browser }) => {
  const { page, openForm } = await openSite(browser)
  await openForm()
  await page.evaluate(() => {
    const form = document.querySelector('form')!
    const show = (name: string, byReplacing: boolean) => {
      const field = form.querySelector<HTMLInputElement>(`[name=${name}]`)!
      if (!byReplacing) field.type = 'text'
      else field.outerHTML = `<input name="${name}">`
    }
    form.insertAdjacentHTML(
      'beforeend',
      '<input type="password" name="late"><button type="button" id="show">Show</button>',
    )
    form.querySelector('#show')!.addEventListener('click', () => {
      show('pin', true)
      show('late', false)
    })
  })
  await page.click('#show')
  await page.fill('[name=pin]', 'secret-pin')
  await page.fill('[name=late]', 'secret-late')
  await page.fill('[name=article]', 'Ladder')

  await expect.poll(() => stored(page)).toContain('Ladder')
  expect(await stored(page)).not.toContain('secret')
  // The application opens the draft anew while the password is shown.
  await page.evaluate(() => {
    Object.assign(window, { again: window.draft(document.querySelector('form')!, { client: window.client }) })
  })
  await page.fill('[name=article]', 'Longer ladder')
  await expect.poll(() => stored(page)).toContain('Longer ladder')
  expect(await stored(page)).not.toContain('secret')
})

story('another person who signs in does not see the draft, which is deleted', async ({ browser }) => {
  const { page, openForm, signInAs } = await openSite(browser)
  await openForm()
  await write(page)

  await signInAs(1)
  expect(await openForm()).toBe(false)

  expect(await values(page)).toEqual(empty)
  expect(await stored(page)).not.toContain('Ladder')
  await signInAs(0)
  expect(await openForm()).toBe(false)
})

story('text of one person is not saved for another who signs in on the open page', async ({ browser }) => {
  const { system, page, openForm } = await openSite(browser)
  await openForm()
  await write(page)
  await signIn(page, system.accounts[1])
  await page.fill('[name=article]', 'Written by both')

  expect(await openForm()).toBe(false)
  expect(await stored(page)).not.toMatch(/Ladder|both/)
})

story('a sign-out on purpose removes drafts, even on a page that has none', async ({ browser }) => {
  const { page, open, openForm, signInAs } = await openSite(browser)
  await openForm()
  await write(page)
  await open('/account')
  expect(await stored(page)).toContain('Ladder')

  await page.evaluate(() => window.client.signOut())

  expect(await stored(page)).not.toContain('Ladder')
  await signInAs(0)
  expect(await openForm()).toBe(false)
})

story('after a sign-out in another tab the draft is not restored', async ({ browser }) => {
  const { system, context, page, openForm } = await openSite(browser)
  await openForm()
  await write(page)
  await expect.poll(() => stored(page)).toContain('Ladder')
  await page.goto(`${system.page.url}/account`)
  const other = await context.newPage()
  await other.goto(`${system.page.url}/account`)
  await other.waitForFunction(() => window.client.state === 'active')

  await other.evaluate(() => window.client.signOut())
  await signIn(other, system.accounts[0])

  expect(await openForm()).toBe(false)
})

story('a draft expires after 30 minutes, and belongs to one page', async ({ browser }) => {
  const { page, openForm } = await openSite(browser)
  await openForm()
  await write(page)
  expect(await openForm('/order?copy=2')).toBe(false)
  await page.evaluate(() => {
    const [item, text] = Object.entries(sessionStorage).find(([name]) => name.endsWith('drafts'))!
    sessionStorage.setItem(
      item,
      text.replace(/"savedAt":(\d+)/g, (_: string, at: string) => `"savedAt":${Number(at) - 31 * 60_000}`),
    )
  })

  expect(await openForm()).toBe(false)
})

story('if the storage is full, the older draft stays and the form works', async ({ browser }) => {
  const { page, orders, openForm } = await openSite(browser)
  await openForm()
  await page.fill('[name=article]', 'Older')
  await expect.poll(() => stored(page)).toContain('Older')
  const errors: string[] = []
  page.on('pageerror', ({ message }) => errors.push(message))
  await page.evaluate(() => {
    for (let size = 1 << 20; size > 0; size >>= 1) {
      const fill = (n: number): void => {
        try {
          sessionStorage.setItem(`fill${size}.${n}`, 'x'.repeat(size))
          fill(n + 1)
        } catch {}
      }
      fill(0)
    }
  })

  await page.fill('[name=article]', 'Newer and longer')
  // What waited for a pause in the writing is saved before the page goes.
  await page.evaluate(() => window.dispatchEvent(new Event('pagehide')))

  expect(await stored(page)).toContain('Older')
  expect(await stored(page)).not.toContain('Newer')
  await page.click('button')
  await page.waitForURL('**/thanks')
  expect(orders.join()).toContain('article=Newer')
  expect(errors).toEqual([])
})

story('a form that was submitted leaves no draft, and one that was redirected to sign-in does', async ({ browser }) => {
  const { page, orders, openForm, signInAs } = await openSite(browser)
  await openForm()
  await write(page)
  await page.click('button')
  await page.waitForURL('**/thanks')
  expect(await openForm()).toBe(false)
  expect(await values(page)).toEqual(empty)

  await write(page)
  await page.evaluate(() => document.querySelector('form')!.setAttribute('action', '/refused'))
  await page.click('button')
  await page.waitForURL('**/sign-in')
  await signInAs(0)

  expect(await openForm()).toBe(true)
  expect(orders.length).toBe(2)
})

story('the draft of a form that a script sends is kept until the script confirms it', async ({ browser }) => {
  const { page, openForm } = await openSite(browser)
  await openForm()
  await page.evaluate(() =>
    document.querySelector('form')!.addEventListener('submit', (event) => event.preventDefault()),
  )
  await write(page)
  await page.click('button')
  expect(await openForm()).toBe(true)

  await page.evaluate(() => (window as unknown as { kept: { discard(): void } }).kept.discard())

  expect(await openForm()).toBe(false)
})

story('text that the person has typed meanwhile is not overwritten', async ({ browser }) => {
  const { page, open, openForm } = await openSite(browser)
  await openForm()
  await write(page)
  await open('/order')
  await page.fill('[name=article]', 'Newer')

  const restored = await page.evaluate(
    () => window.draft(document.querySelector('form')!, { client: window.client }).restored,
  )

  expect(restored).toBe(false)
  expect(await page.inputValue('[name=article]')).toBe('Newer')
})
