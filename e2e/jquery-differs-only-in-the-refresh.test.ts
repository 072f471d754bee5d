import { expect } from 'vitest'
import { comparable, headerOf } from '../packages/client/test/support/recording-api.js'
import { openJQueryPage, versions } from './harness/jquery-page.js'
import { story } from './harness/story.js'

story.for(versions)(
  'a call is the same as with bare jQuery, with a token, and is replayed with the next token (%s)',
  async (version, { browser }) => {
    const { page, takeCalls, expire, refreshes } = await openJQueryPage(browser, version)
    const before = refreshes()
    const send = () =>
      page.evaluate(async () => {
        const { $ } = window
        const settle = (call: JQuery.jqXHR) => new Promise((resolve) => call.always(resolve))
        await settle(
          $.ajax({ url: '/api/orders', type: 'POST', data: { a: [1, 2], b: 'ä b' }, headers: { 'X-Trace': '7' } }),
        )
        await settle($.ajax('/api/json', { method: 'PUT', data: '{"a":1}', contentType: 'application/json' }))
        await settle($.get('/api/list', { q: 'a b', ids: [1, 2] }))
        await settle($.getJSON('/api/list?x=1'))
        await settle($.post('/api/orders', 'a=1', () => {}, 'json'))
        await settle($.ajax({ url: '/api/orders/1', type: 'DELETE', accepts: { text: 'text/x' }, dataType: 'text' }))
      })
    await send()
    const expected = takeCalls().map(unordered)
    await page.evaluate(() => void window.attachJQuery(window.$, window.client))
    await expire()

    await send()

    const attempts = takeCalls()
    expect(attempts.map(unordered)).toEqual([expected[0], ...expected])
    expect(new Set(attempts.map((call) => headerOf(call, 'authorization'))).size).toBe(2)
    expect(refreshes() - before).toBe(1)
  },
)

/** Chromium puts headers into another order when there is one more. */
function unordered(call: Parameters<typeof comparable>[0]) {
  const { headers, ...rest } = comparable(call)
  return { ...rest, headers: headers.toSorted() }
}
