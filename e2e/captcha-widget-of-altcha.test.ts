import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { altcha } from '@sessionward/server/captcha'
import { requestListener } from '@sessionward/server/node'
import { expect } from 'vitest'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

const widget = readFileSync(join(import.meta.dirname, '../node_modules/altcha/dist/main/altcha.js'))

story('the widget of ALTCHA solves the challenge of the auth server, and signs in', async ({ browser }) => {
  const system = await openSystem({ captcha: { provider: altcha({ work: 1000 }) } })
  const auth = requestListener(system.auth.server)
  const body = `<!doctype html><script type="module" src="/altcha.js"></script>
    <form><altcha-widget challenge="/auth/captcha" name="captcha" auto="onload"></altcha-widget></form>`
  system.page.serve((request, response) => {
    if (request.url!.startsWith('/auth/')) auth(request, response)
    else if (request.url === '/altcha.js') response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(widget)
    else response.writeHead(200, { 'Content-Type': 'text/html' }).end(body)
  })
  const page = await (await openContext(browser)).newPage()
  await page.goto(system.page.url)
  const field = page.locator('input[name=captcha][value]:not([value=""])')
  await field.waitFor({ state: 'attached' })

  const status = await page.evaluate(
    async ([account, captcha]) => {
      const headers = { 'Content-Type': 'application/json' }
      const body = JSON.stringify({ ...account, captcha })
      return (await fetch('/auth/login', { method: 'POST', headers, body })).status
    },
    [system.accounts[0], await field.inputValue()] as const,
  )

  expect(status).toBe(200)
})
