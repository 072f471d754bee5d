import { altcha } from '@sessionward/server/captcha'
import { requestListener } from '@sessionward/server/node'
import { bundleExample } from './harness/example-page.js'
import { openContext, story } from './harness/story.js'
import { openSystem } from './harness/system.js'

story('the sign-in form of the document signs in', async ({ browser }) => {
  const system = await openSystem({ captcha: { provider: altcha({ work: 1000 }) } })
  const script = await bundleExample('captcha/sign-in.js', { 'https://auth.example.com': system.page.url })
  const form =
    '<form><input name="username"><input name="password" type="password"><div id="captcha"></div><button>Go</button></form>'
  const auth = requestListener(system.auth.server)
  system.page.serve((request, response) => {
    if (request.url!.startsWith('/auth/')) auth(request, response)
    else if (request.url === '/example.js') response.end(script)
    else {
      const page = `<!doctype html><body>${form}<p id="error"></p><script src="/example.js"></script></body>`
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(page)
    }
  })
  const page = await (await openContext(browser)).newPage()
  await page.goto(system.page.url)
  const { username, password } = system.accounts[0]

  await page.locator('[name=username]').fill(username)
  await page.locator('[name=password]').fill(password)
  await page.getByRole('button', { name: 'Go' }).click()

  await page.waitForFunction(() => document.title === 'Signed in')
})
