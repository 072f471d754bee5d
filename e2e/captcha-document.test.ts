import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { altcha } from '@sessionward/server/captcha'
import { requestListener } from '@sessionward/server/node'
import { expect } from 'vitest'
import { bundleExample } from './harness/example-page.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

const html = readFileSync(join(import.meta.dirname, '../examples/captcha/sign-in.html'), 'utf8')

story('the sign-in form of the document says what was wrong, then signs in', async ({ browser }) => {
  const system = await openSystem({ captcha: { provider: altcha({ work: 1000 }) } })
  const script = await bundleExample('captcha/sign-in.js', { 'https://auth.example.com': system.page.url })
  const auth = requestListener(system.auth.server)
  system.page.serve((request, response) => {
    if (request.url!.startsWith('/auth/')) auth(request, response)
    else if (request.url === '/sign-in.js') response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(script)
    else response.writeHead(200, { 'Content-Type': 'text/html' }).end(html)
  })
  const page = await (await openContext(browser)).newPage()
  await page.goto(system.page.url)
  const { username, password } = system.accounts[0]
  const signIn = async (password: string) => {
    await page.getByLabel('Name').fill(username)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }

  await signIn('not the password')
  await page.getByText('Name or password is wrong.').waitFor()
  await signIn(password)

  await page.waitForFunction(() => document.title === 'Signed in')
  expect(await page.locator('#error').innerText()).toBe('')
})
