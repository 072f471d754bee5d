import { request as httpRequest } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { createApp as withInterstitial } from '../../../../examples/pages/interstitial.js'
import { createApp as withRedirect } from '../../../../examples/pages/redirect.js'
import { listenOn } from '../adapters/listen.js'
import { makeGuard, makeKey, signToken } from '../issuer.js'

const key = makeKey('ES256', 'key')
const token = signToken(key)

test.each([
  ['interstitial', withInterstitial, 401],
  ['redirect', withRedirect, 303],
] as const)(
  'the example of the way %s shows a page to a person, and refreshes another visit',
  async (_, create, status) => {
    const { url, close } = await listenOn(create(makeGuard({ keys: key.jwk })))
    onTestFinished(close)

    expect(await visit(`${url}/orders`, `__Host-access_token=${token}`)).toEqual({
      status: 200,
      body: 'Orders of user-1',
    })
    expect(await visit(`${url}/orders`, '')).toMatchObject({ status })
  },
)

/** `fetch` cannot be a page visit. */
function visit(url: string, cookie: string): Promise<{ status: number | undefined; body: string }> {
  const headers = { accept: 'text/html', 'sec-fetch-mode': 'navigate', cookie }
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { headers }, async (response) => {
      let body = ''
      for await (const chunk of response.setEncoding('utf8')) body += chunk
      resolve({ status: response.statusCode, body })
    })
    request.on('error', reject).end()
  })
}
