import { expect } from 'vitest'
import { headerOf, type RecordedCall, startRecordingApi } from '../packages/client/test/support/recording-api.js'
import { openJQueryPage, versions } from './harness/jquery-page.js'
import { story } from './harness/story.js'

story.for(versions)(
  'a call with its own `beforeSend`, `headers` and `global: false` carries the token (%s)',
  async (version, { browser }) => {
    const { page, takeCalls, expire } = await openJQueryPage(browser, version)
    await page.evaluate(() => {
      const { $, attachJQuery, client } = window
      attachJQuery($, client)
      $.ajaxSetup({ beforeSend: (jqXHR) => void jqXHR.setRequestHeader('X-Global', '1'), headers: { 'X-Setup': '2' } })
      $.ajaxPrefilter((settings) => {
        settings.url += '?prefilter'
      })
      $(document).on('ajaxSend', (_, _jqXHR, settings) => {
        settings.url += '&send'
      })
    })
    await expire()

    await page.evaluate(async () => {
      const { $ } = window
      await Promise.resolve($.get('/api/a'))
      const beforeSend = (jqXHR: JQuery.jqXHR) => void jqXHR.setRequestHeader('X-Widget', '3')
      await Promise.resolve($.ajax({ url: '/api/b', beforeSend, headers: { 'X-Own': '4' }, global: false }))
    })

    const summaryOf = (call: RecordedCall) =>
      ['X-Global', 'X-Setup', 'X-Widget', 'X-Own'].map((name) => headerOf(call, name)).join()
    const calls = takeCalls()
    expect(calls.map((call) => `${call.line} ${summaryOf(call)}`)).toEqual([
      'GET /api/a?prefilter&send 1,2,,',
      'GET /api/a?prefilter&send 1,2,,',
      'GET /api/b?prefilter ,2,3,4',
    ])
    const tokens = calls.map((call) => headerOf(call, 'Authorization'))
    expect([tokens.every((token) => token?.startsWith('Bearer ')), new Set(tokens).size]).toEqual([true, 2])
  },
)

story.for(versions)(
  'converters, `xhrFields`, a custom `xhr` and a form with a file work on both attempts (%s)',
  async (version, { browser }) => {
    const { page, takeCalls, expire } = await openJQueryPage(browser, version)
    await page.evaluate(() => void window.attachJQuery(window.$, window.client))
    await expire()

    const result = await page.evaluate(async () => {
      const { $ } = window
      const requests: XMLHttpRequest[] = []
      let progress = 0
      const form = new FormData()
      form.append('name', 'ä')
      form.append('file', new Blob(['x'.repeat(100_000)]), 'a.txt')
      const answer = await Promise.resolve(
        $.ajax({
          url: '/api/upload',
          type: 'POST',
          data: form,
          processData: false,
          contentType: false,
          dataType: 'json shape',
          converters: { 'json shape': ({ call }: { call: number }) => ({ number: call }) },
          xhrFields: { withCredentials: true },
          xhr: () => {
            const xhr = new XMLHttpRequest()
            xhr.upload.onprogress = ({ loaded }) => {
              progress = loaded
            }
            requests.push(xhr)
            return xhr
          },
        }),
      )
      return { answer, progress, credentials: requests.map((xhr) => xhr.withCredentials) }
    })

    expect(result.answer).toEqual({ number: expect.any(Number) })
    expect(result.credentials).toEqual([true, true])
    expect(result.progress).toBeGreaterThan(100_000)
    const calls = takeCalls()
    const has = ({ body }: RecordedCall) => body.includes('x'.repeat(100_000)) && body.includes('name="name"\r\n\r\nä')
    expect(calls.map(has)).toEqual([true, true])
    expect(calls.map((call) => /boundary=/.test(headerOf(call, 'Content-Type') ?? ''))).toEqual([true, true])
  },
)

story.for(versions)(
  '`ifModified` and a file as a Blob work as without a session (%s)',
  async (version, { browser }) => {
    const { page, api, expire } = await openJQueryPage(browser, version)
    const { answer } = api
    api.answer = (call, n) => {
      if (!call.line.includes('/api')) return answer(call, n)
      if (call.line.endsWith('/file')) {
        return answer(call, n) ?? { headers: { 'Content-Type': 'image/gif' }, body: Buffer.alloc(2_000_000, 7) }
      }
      const known = headerOf(call, 'If-None-Match') === '"1"'
      return answer(call, n) ?? { status: known ? 304 : 200, headers: { ETag: '"1"' }, body: known ? '' : { a: 1 } }
    }
    await page.evaluate(() => void window.attachJQuery(window.$, window.client))

    const texts: string[] = []
    for (let n = 0; n < 2; n++) {
      await expire()
      const call = { url: '/api/a', ifModified: true, cache: true }
      texts.push(
        await page.evaluate((call) => new Promise((done) => $.ajax(call).always((_, text) => done(text))), call),
      )
    }
    await expire()
    const size = await page.evaluate(async (version) => {
      // Version 1 asks for text alone, and fails without a session too.
      if (version === 'jquery1') return 2_000_000
      const blob = await Promise.resolve($.ajax({ url: '/api/file', xhrFields: { responseType: 'blob' } }))
      return (blob as Blob).size
    }, version)

    expect(texts).toEqual(['success', 'notmodified'])
    expect(size).toBe(2_000_000)
  },
)

story.for(versions)(
  'only the origins of the client get the token; scripts and JSONP stay unchanged (%s)',
  async (version, { browser }) => {
    const { page, api, takeCalls, expire } = await openJQueryPage(browser, version)
    const foreign = await startRecordingApi()
    const { answer } = api
    const script = (line: string) => {
      const [, callback] = /callback=(\w+)/.exec(line) ?? []
      return { headers: { 'Content-Type': 'text/javascript' }, body: callback ? `${callback}({"a":1})` : 'ran = true' }
    }
    foreign.answer = ({ line }) =>
      /js/.test(line) ? script(line) : { headers: { 'Access-Control-Allow-Origin': '*' } }
    api.answer = (call, n) => (/js/.test(call.line) ? script(call.line) : answer(call, n))
    await page.evaluate(() => void window.attachJQuery(window.$, window.client))
    await expire()

    const got = await page.evaluate(async (foreign) => {
      const { $ } = window
      const own = { url: '/api/own', headers: { authorization: 'Basic x' } }
      const calls = [
        () => $.get(`${foreign}/plain`),
        () => $.get(`${foreign}/js`, () => {}, 'script'),
        () => $.get(`${foreign}/jsonp`, () => {}, 'jsonp'),
        () => $.get('/api/js', () => {}, 'script'),
        () => $.get('/api/jsonp', () => {}, 'jsonp'),
        () => $.ajax(own),
      ]
      const answers = []
      for (const call of calls) answers.push(await Promise.resolve(call()).then(JSON.stringify, ({ status }) => status))
      return answers
    }, foreign.origin)

    expect(got[2]).toBe('{"a":1}')
    expect(got[4]).toBe('{"a":1}')
    const carried = [...foreign.calls, ...takeCalls()].map((call) => headerOf(call, 'Authorization'))
    expect(carried).toEqual([undefined, undefined, undefined, undefined, undefined, 'Basic x'])
  },
)

story.for(versions)(
  'codes that are strings are read in JSON bodies, in HTTP 200 and in errors (%s)',
  async (version, { browser }) => {
    const { page, api, takeCalls } = await openJQueryPage(browser, version)
    const { answer } = api
    let refreshes = 0
    const expired = { code: 'tm.err.foil.accessTokenExpired' }
    api.answer = (call, n) => {
      const { line } = call
      if (!line.includes('/api')) return answer(call, n)
      if (line.includes('sign-in')) return { body: { code: 'ok', at: 'a0', rt: 'r0' } }
      if (line.includes('refresh')) return { body: { code: 'ok', at: `a${++refreshes}`, rt: `r${refreshes}` } }
      const fresh = headerOf(call, 'accessToken') === `a${line.includes('500') ? 2 : 1}`
      return fresh ? { body: { code: 'ok', n: 1 } } : { status: line.includes('500') ? 500 : 200, body: expired }
    }

    const got = await page.evaluate(async () => {
      const { $, attachJQuery, jsonBackend, header, createClient } = window
      const client = createClient({
        server: jsonBackend({
          signIn: '/api/sign-in',
          refresh: '/api/refresh',
          tokens: { accessToken: 'at', refreshToken: 'rt', subject: () => 'ann' },
          code: {
            ok: 'ok',
            expired: 'tm.err.foil.accessTokenExpired',
            ended: { 'tm.err.foil.kicked': 'session_replaced' },
          },
          accessToken: header('accessToken'),
        }),
      })
      await client.signIn({ username: 'ann', password: 'x' } as never)
      attachJQuery($, client)
      // What the page did before: the token that it kept by itself.
      const beforeSend = (jqXHR: JQuery.jqXHR) => void jqXHR.setRequestHeader('accesstoken', 'old')
      $.ajaxSetup({ beforeSend })
      return [await Promise.resolve($.getJSON('/api/a')), await Promise.resolve($.get('/api/500'))]
    })

    expect(got).toEqual(Array(2).fill({ code: 'ok', n: 1 }))
    expect(takeCalls().map(({ line }) => line)).toEqual([
      'POST /api/sign-in',
      'GET /api/a',
      'POST /api/refresh',
      'GET /api/a',
      'GET /api/500',
      'POST /api/refresh',
      'GET /api/500',
    ])
  },
)

story.for(versions)(
  'attaching twice is harmless, another client is refused, and detaching undoes it (%s)',
  async (version, { browser }) => {
    const { page, takeCalls } = await openJQueryPage(browser, version)

    const said = await page.evaluate(async () => {
      const { $, attachJQuery, client, createClient } = window
      const each = $.each
      const nonce = (value: string) => ({
        sign: (headers: Record<string, string>) => void Object.assign(headers, { 'X-Nonce': value }),
      })
      attachJQuery($, client, nonce('first'))
      const detach = attachJQuery($, client, nonce('second'))
      await Promise.resolve($.get('/api/attached'))
      const other = createClient({ server: location.origin, clientId: 'other' })
      const refusals = [
        () => attachJQuery($, other),
        () => attachJQuery($, client, { sing: () => {} } as never),
        () => attachJQuery({ each, ajax: $.ajax } as never, client),
      ].map((attach) => {
        try {
          return String(attach())
        } catch (error) {
          return String(error)
        }
      })
      detach()
      detach()
      await Promise.resolve($.get('/api/detached'))
      return { refusals, each: $.each === each }
    })

    expect(said).toEqual({
      refusals: [
        'TypeError: attachJQuery: `$` has another client.',
        expect.stringContaining('did you mean `sign`'),
        'TypeError: attachJQuery: `$` must be jQuery 1.11 to 4, not slim.',
      ],
      each: true,
    })
    const calls = takeCalls().filter(({ line }) => line.endsWith('tached'))
    expect(calls.map((call) => [headerOf(call, 'X-Nonce'), !!headerOf(call, 'Authorization')])).toEqual([
      ['second', true],
      [undefined, false],
    ])
  },
)

story.for(versions)(
  'each attempt is signed anew, and an existing transport is kept (%s)',
  async (version, { browser }) => {
    const { page, takeCalls, expire } = await openJQueryPage(browser, version)
    await expire()

    const used = await page.evaluate(async () => {
      const { $, attachJQuery, client } = window
      const used: string[] = []
      $.ajaxTransport('+*', (settings) => {
        used.push(settings.url!)
        return undefined as never
      })
      attachJQuery($, client, {
        async sign(headers, { url }) {
          headers['X-Nonce'] = `${url} ${Math.random()}`
        },
      })
      await Promise.resolve($.get('/api/a'))
      return used
    })

    const nonces = takeCalls().map((call) => headerOf(call, 'X-Nonce'))
    expect([nonces.length, new Set(nonces).size]).toEqual([2, 2])
    expect(used).toEqual(['/api/a', '/api/a'])
  },
)
