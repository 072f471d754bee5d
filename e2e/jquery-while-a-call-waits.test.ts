import { expect } from 'vitest'
import { holdRefreshes, openJQueryPage, versions } from './harness/jquery-page.js'
import { story } from './harness/story.js'

story.for(versions)(
  'abort() while a call waits fails it with `abort` at once, and nothing is sent later (%s)',
  async (version, { browser }) => {
    const { page, takeCalls, expire } = await openJQueryPage(browser, version)
    await page.evaluate(() => void window.attachJQuery(window.$, window.client))
    await expire()
    const { requested, release } = await holdRefreshes(page)
    const aborted = page.evaluate(async () => {
      const { $, traceCall } = window
      const { call, log, ended } = traceCall($, { url: '/api/a' })
      await new Promise((resolve) => Object.assign(window, { resolve }))
      const before = log.length
      call.abort()
      // All of it, before anything else can run.
      const at = log.slice(before)
      await ended
      return { at, late: log.length, carried: 'sessionwardError' in call }
    })
    await requested
    await page.evaluate(() => (window as { resolve?: () => void }).resolve!())

    const { at, carried } = await aborted
    release()
    // The next one is sent after all that could be.
    await page.evaluate(() => Promise.resolve(window.$.get('/api/b')))

    expect(at).toEqual(
      expect.arrayContaining([
        'error jqXHR(0,0,abort,) "abort" "abort"',
        'complete jqXHR(0,0,abort,) "abort"',
        'ajaxComplete jqXHR(0,0,abort,)',
        'ajaxStop',
      ]),
    )
    expect(carried).toBe(false)
    expect(takeCalls().map(({ line }) => line)).toEqual(['GET /api/a', 'GET /api/b'])
  },
)

story.for(versions)(
  '`$.get(u).done(f).abort()` does what it does with bare jQuery, and nothing is sent again (%s)',
  async (version, { browser }) => {
    const { page, takeCalls, expire } = await openJQueryPage(browser, version)
    const abort = () =>
      page.evaluate(async () => {
        const { $, countEvents } = window
        const counts = countEvents($)
        const seen: unknown[] = []
        const call = $.get('/api/a').done(() => void seen.push('done'))
        call.fail(({ status }, textStatus, errorThrown) => void seen.push([status, textStatus, errorThrown]))
        call.abort()
        await Promise.resolve($.get('/api/b'))
        $(document).off()
        return { seen, counts }
      })
    const expected = await abort()
    await page.evaluate(() => void window.attachJQuery(window.$, window.client))
    await expire()
    takeCalls()

    expect(await abort()).toEqual(expected)
    expect(expected.seen).toEqual([[0, 'abort', 'abort']])
    const lines = takeCalls().map(({ line }) => line)
    expect(lines.filter((line) => line === 'GET /api/a').length).toBeLessThanOrEqual(1)
  },
)

story.for(versions)(
  '`timeout` is the time of one attempt: waiting for a token takes nothing from it (%s)',
  async (version, { browser }) => {
    const { page, api, expire } = await openJQueryPage(browser, version)
    const { answer } = api
    let slow = false
    api.answer = (call, n) => answer(call, n) ?? (slow && call.line.includes('/api') ? { delay: 30_000 } : undefined)
    const slowly = async () => {
      slow = true
      const log = await page.evaluate(() => window.traceCall(window.$, { url: '/api/slow', timeout: 300 }).ended)
      slow = false
      return log
    }
    const expected = await slowly()
    await page.evaluate(() => void window.attachJQuery(window.$, window.client))
    await expire()
    const { requested, release } = await holdRefreshes(page)
    const waiting = page.evaluate(async () => {
      const { $ } = window
      $.ajaxSetup({ timeout: 1000 })
      const call = $.get('/api/a')
      setTimeout(() => Object.assign(window, { late: true }), 1500)
      return [(await Promise.resolve(call)).call, (call as { timeout?: number }).timeout]
    })
    await requested
    await page.waitForFunction(() => (window as { late?: boolean }).late)
    release()

    expect(await waiting).toEqual([expect.any(Number), undefined])
    expect(await slowly()).toEqual(expected)
    expect(expected).toContain('error jqXHR(0,0,timeout,) "timeout" "timeout"')
  },
)

story.for(versions)(
  '`async: false` throws an error that says why, and every spinner ends (%s)',
  async (version, { browser }) => {
    const { page, takeCalls } = await openJQueryPage(browser, version)
    await page.evaluate(() => void window.attachJQuery(window.$, window.client))

    const result = await page.evaluate(() => {
      const { $, countEvents, activeCalls } = window
      const counts = countEvents($)
      const said: string[] = []
      $.ajax({ url: '/api/a', async: false, error: (_, text, error) => void said.push(`${text} ${error}`) })
      const settings: object = { url: '/api/b', async: false, sessionward: false }
      const { call } = JSON.parse($.ajax(settings).responseText)
      return { said, counts, active: activeCalls(), call: call > 0 }
    })

    expect(result).toEqual({
      said: [expect.stringMatching(/^error TypeError: .*`async: false` cannot wait for a token.*`sessionward: false`/)],
      counts: { ajaxStart: 2, ajaxSend: 2, ajaxError: 1, ajaxSuccess: 1, ajaxComplete: 2, ajaxStop: 2 },
      active: 0,
      call: true,
    })
    expect(takeCalls().map(({ line, headers }) => [line, headers.some(([name]) => name === 'Authorization')])).toEqual([
      ['GET /api/b', false],
    ])
  },
)
