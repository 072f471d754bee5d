import { request } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { startShops } from '../src/start.js'

async function openShops() {
  const shops = await startShops(0)
  onTestFinished(() => shops.close())
  return shops
}

/** `fetch` does not let a caller choose the Host. */
function statusFor(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject).end()
  })
}

test.each(['interstitial', 'redirect'] as const)(
  'a page whose name was made to point here (DNS rebinding) reads nothing of the shop, with %s',
  async (refresh) => {
    const { url } = (await openShops())[refresh]
    const { host, port } = new URL(url)
    expect(await statusFor(`${url}/sign-in`, host)).toBe(200)
    for (const other of [`evil.example:${port}`, 'localhost', `localhost.:${port}`, 'evil.example', `${host}0`]) {
      expect(await statusFor(`${url}/sign-in`, other), other).toBe(421)
      expect(await statusFor(`${url}/auth/refresh`, other), other).toBe(421)
    }
  },
)

test('an act that does not exist is not found, whatever every object inherits', async () => {
  const { url } = (await openShops()).interstitial
  const headers = { 'content-type': 'application/json' }
  const act = async (name: string) =>
    (await fetch(`${url}/demo/${name}`, { method: 'POST', headers, body: '{}' })).status
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'nothing']) {
    expect(await act(name), name).toBe(404)
  }
  expect(await act('enable')).toBe(204)
})
