import { expect } from 'vitest'
import { openJQueryPage, versions } from './harness/jquery-page.js'
import { story } from './harness/story.js'

const answers = {
  '/api/ok': { body: { a: 1 } },
  '/api/missing': { status: 404, body: { message: 'Gone.' } },
  '/api/not-json': { headers: { 'Content-Type': 'text/html' }, body: '<p>' },
  '/api/nothing': { status: 204, body: '' },
  '/api/unchanged': { status: 304, body: '' },
}

story.for(versions)('every listener is called once, in the order of bare jQuery (%s)', async (version, { browser }) => {
  const { page, api, expire } = await openJQueryPage(browser, version)
  const { answer } = api
  api.answer = (call, n) => {
    const one = answers[call.line.replace('GET ', '') as keyof typeof answers]
    // Late enough for what is attached meanwhile.
    return answer(call, n) ?? (one && { delay: 100, ...one })
  }
  const trace = (url: string) =>
    page.evaluate((url) => window.traceCall(window.$, { url, dataType: 'json' }).ended, url)
  const expected: string[][] = []
  for (const url in answers) expected.push(await trace(url))
  await page.evaluate(() => void window.attachJQuery(window.$, window.client))

  const traced: string[][] = []
  for (const url in answers) {
    await expire()
    traced.push(await trace(url))
  }

  expect(traced).toEqual(expected)
  expect(expected.map(({ length }) => length)).toEqual(Array(5).fill(19))
})

story.for(versions)(
  'when the refresh fails, each listener is called once with the error (%s)',
  async (version, { browser }) => {
    const { page, expire, end, takeCalls } = await openJQueryPage(browser, version)
    await page.evaluate(() => void window.attachJQuery(window.$, window.client))
    await expire()
    await end()

    const { log, carried, active } = await page.evaluate(async () => {
      const { $, traceCall, client, activeCalls } = window
      const { call, ended } = traceCall($, { url: '/api/a' })
      const log = await ended
      const { sessionwardError: error } = call as { sessionwardError?: Error & { reason?: string } }
      return { log, carried: [error?.name, error?.reason, client.state], active: activeCalls() }
    })

    const names = log.map((line) => line.replace(/ (jqXHR|"|[A-Z]).*/, ''))
    const listeners = ['error', 'fail before', 'else before', 'fail during', 'else during', 'ajaxError', 'complete']
    for (const name of [...listeners, 'ajaxComplete', 'ajaxStop']) expect([name, count(names, name)]).toEqual([name, 1])
    for (const name of ['success', 'done before', 'ajaxSuccess']) expect([name, count(names, name)]).toEqual([name, 0])
    expect(log).toContain(
      'error jqXHR(0,0,SignedOutError: Signed out: session_revoked.,) "error" SignedOutError: Signed out: session_revoked.',
    )
    expect(carried).toEqual(['SignedOutError', 'session_revoked', 'anonymous'])
    expect([active, takeCalls().length]).toEqual([0, 1])
  },
)

story.for(versions)(
  'ten expired calls give one ajaxStart, ten of each event, one ajaxStop and one refresh (%s)',
  async (version, { browser }) => {
    const { page, expire, takeCalls, refreshes } = await openJQueryPage(browser, version)
    const before = refreshes()
    await page.evaluate(() => void window.attachJQuery(window.$, window.client))
    await expire()

    const result = await page.evaluate(async () => {
      const { $, countEvents, activeCalls } = window
      const counts = countEvents($)
      const calls = Array.from({ length: 10 }, (_, n) => $.getJSON('/api/orders', { n }))
      const answers = await Promise.all(calls)
      await new Promise((resolve) => setTimeout(resolve))
      return { counts, active: activeCalls(), answers: new Set(answers.map(({ call }) => call)).size }
    })

    const counts = { ajaxStart: 1, ajaxSend: 10, ajaxSuccess: 10, ajaxComplete: 10, ajaxStop: 1 }
    expect(result).toEqual({ counts, active: 0, answers: 10 })
    expect([takeCalls().length, refreshes() - before]).toEqual([20, 1])
  },
)

story.for(versions)(
  'a callback that throws behaves as without a session, and the next call works (%s)',
  async (version, { browser }) => {
    const { page, expire } = await openJQueryPage(browser, version)
    const throwing = () =>
      page.evaluate(async () => {
        const { $ } = window
        const seen: string[] = []
        window.onerror = (message) => void seen.push(String(message))
        window.onunhandledrejection = () => void seen.push('rejection')
        const thrown = new Promise((resolve) => addEventListener('error', resolve, { once: true }))
        $.get('/api/a')
          .done(() => {
            throw new Error('of the page')
          })
          .done(() => void seen.push('second'))
        await thrown
        seen.push(await Promise.resolve($.get('/api/b')).then(({ call }) => `${call > 0}`))
        return seen
      })
    const expected = await throwing()
    await page.evaluate(() => void window.attachJQuery(window.$, window.client))
    await expire()

    expect(await throwing()).toEqual(expected)
    expect(expected).toEqual([expect.stringMatching(/Error: of the page$/), 'true'])
  },
)

function count(names: readonly string[], name: string): number {
  return names.filter((one) => one === name).length
}
