import { describe, expect, it } from 'vitest'
import { chineseMessages } from '../src/chinese-messages.js'
import { envelope } from '../src/envelope.js'
import { type ErrorCode, errors, problem, problemMediaType } from '../src/errors.js'

const allCodes = Object.keys(errors) as ErrorCode[]
const codes = { refresh: 10415, terminal: 10422, session_replaced: 10409, default: 10500 }
const business = envelope({ ok: 10200, codes, status: 200 })

const json = (value: unknown, status = 200, headers = {}) => ({
  status,
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(value),
})

const refusal = (code: ErrorCode, headers = {}) => ({
  status: errors[code].status,
  headers: { 'content-type': problemMediaType, ...headers },
  body: JSON.stringify(problem(code)),
})

const bodyOf = ({ body }: { readonly body: string }) => JSON.parse(body)

describe('an answer that succeeded', () => {
  it.each([
    ['an object', { id: 1 }],
    ['a list', [1, 2]],
    ['null', null],
    ['a number', 0],
    ['a string', 'text'],
    ['what looks like an envelope already', { code: 1, message: '', data: {} }],
  ])('becomes the data: %s', (_what, value) => {
    const wrapped = business.wrap(json(value))

    expect(bodyOf(wrapped)).toEqual({ code: 10200, message: 'OK', data: value })
    expect(wrapped.headers).toEqual({ 'Content-Type': 'application/json' })
  })

  it('is HTTP 200 only where that is asked for', () => {
    const kept = envelope({ ok: 0, codes })

    expect(business.wrap(json({}, 201)).status).toBe(200)
    expect(kept.wrap(json({}, 201)).status).toBe(201)
  })

  it('has the same body in a route of the application', () => {
    expect(business.ok({ id: 1 })).toEqual(bodyOf(business.wrap(json({ id: 1 }))))
    expect(business.ok()).toEqual({ code: 10200, message: 'OK', data: null })
  })
})

describe('a refused answer', () => {
  it.each([
    ['access_token_expired', 10415],
    ['access_token_invalid', 10415],
    ['claims_changed', 10415],
    ['refresh_token_expired', 10422],
    ['session_revoked', 10422],
    ['session_replaced', 10409],
    ['service_unavailable', 10500],
    ['invalid_credentials', 10500],
  ] as const)('has the code of its name, else of its verdict, else the default: %s is %d', (code, expected) => {
    const wrapped = business.wrap(refusal(code))

    expect(wrapped.status).toBe(200)
    expect(bodyOf(wrapped)).toEqual({
      code: expected,
      message: errors[code].title,
      data: null,
      problem: problem(code),
    })
  })

  it('is not cached, whatever was said before', () => {
    const wrapped = business.wrap(refusal('access_token_expired', { 'Cache-Control': 'max-age=60' }))

    expect(wrapped.headers).toEqual({ 'content-type': 'application/json', 'cache-control': 'no-store' })
  })

  it('keeps its challenge, the time to wait and the other properties of the answer', () => {
    const headers = { 'www-authenticate': 'Bearer', 'Retry-After': '7', Allow: 'POST' }

    const wrapped = business.wrap({ ...refusal('too_many_attempts', headers), setCookies: ['a=b'] })

    expect(wrapped.headers).toMatchObject(headers)
    expect(wrapped.setCookies).toEqual(['a=b'])
  })

  it('keeps its status where that is asked for', () => {
    expect(envelope({ ok: 0, codes }).wrap(refusal('not_found')).status).toBe(404)
  })

  it.each([[10415], ['10415'], ['TOKEN_EXPIRED'], [-1], [0]])('carries the code as it is written: %j', (code) => {
    const wrapped = envelope({ ok: 'OK', codes: { ...codes, refresh: code } }).wrap(refusal('access_token_expired'))

    expect(bodyOf(wrapped).code).toBe(code)
  })
})

it.each([
  ['a file', { status: 200, headers: { 'Content-Type': 'application/vnd.ms-excel' }, body: Buffer.from('PK') }],
  ['a file of text', { status: 200, headers: { 'Content-Type': 'text/csv' }, body: '1,2' }],
  ['204', { status: 204, headers: { 'Content-Type': 'application/json' }, body: null }],
  ['304', { status: 304, headers: { ETag: '"1"' }, body: null }],
  ['an empty body', { status: 200, headers: { 'Content-Type': 'application/json' }, body: '' }],
  ['an event stream', { status: 200, headers: { 'Content-Type': 'text/event-stream' }, body: new ReadableStream() }],
  ['a stream of JSON', { status: 200, headers: { 'Content-Type': 'application/json' }, body: new ReadableStream() }],
  ['a set of keys', { status: 200, headers: { 'Content-Type': 'application/jwk-set+json' }, body: '{"keys":[]}' }],
  ['an error that is no problem', json({ status: 'not ready' }, 503)],
  ['a redirect', json({ to: '/' }, 303)],
  ["another server's problem", { status: 400, headers: { 'Content-Type': problemMediaType }, body: '{"code":"x"}' }],
  ['a problem that is null', { status: 400, headers: { 'Content-Type': problemMediaType }, body: 'null' }],
  ['JSON that is none', { status: 200, headers: { 'Content-Type': 'application/json' }, body: '{' }],
  ['an answer without a type', { status: 200, headers: {}, body: '{}' }],
])('%s is returned as it came', (_what, answer) => {
  expect(business.wrap(answer)).toBe(answer)
})

it('names the members as the front end expects them', () => {
  const other = envelope({ ok: 0, codes, fields: { code: 'errcode', message: 'errmsg', data: 'result' } })

  expect(bodyOf(other.wrap(json([1])))).toEqual({ errcode: 0, errmsg: 'OK', result: [1] })
  expect(other.ok(1)).toEqual({ errcode: 0, errmsg: 'OK', result: 1 })
  expect(bodyOf(other.wrap(refusal('not_found')))).toMatchObject({ errcode: 10500, result: null })
})

describe('messages', () => {
  const said = (messages: Parameters<typeof envelope>[0]['messages'], code: ErrorCode) => {
    const { ok, wrap } = envelope({ ok: 0, codes, ...(messages && { messages }) })
    return [ok().message, bodyOf(wrap(refusal(code))).message]
  }

  it('come from a table, and from the error table where that has none', () => {
    expect(said({ ok: 'fine' }, 'signed_out')).toEqual(['fine', errors.signed_out.title])
    expect(said({ signed_out: 'bye' }, 'signed_out')).toEqual(['OK', 'bye'])
  })

  it('come from a function', () => {
    expect(said((code) => `text of ${code}`, 'signed_out')).toEqual(['text of ok', 'text of signed_out'])
  })

  it('come in Chinese, one for each code', () => {
    expect(said(chineseMessages, 'session_replaced')).toEqual(['成功', '您的账号已在其他地方登录。'])
    expect(Object.keys(chineseMessages).sort()).toEqual(['ok', ...allCodes].sort())
    for (const code of allCodes) expect([code, chineseMessages[code]]).toEqual([code, expect.stringMatching(/。$/)])
  })
})

describe('options that cannot be are refused with what to write instead', () => {
  const message = (options: unknown) => {
    try {
      envelope(options as never)
      return 'accepted'
    } catch (error) {
      return (error as Error).message
    }
  }
  const valid = { ok: 10200, codes }

  it.each([
    [undefined, 'envelope: must be an object'],
    [{ ...valid, code: {} }, 'unknown option `code`; did you mean `codes`?'],
    [{ ...valid, codes: { acess_token_expired: 1 } }, 'did you mean `codes.access_token_expired`?'],
    [{ ...valid, codes: { terminall: 1 } }, 'did you mean `codes.terminal`?'],
    [{ codes }, 'ok: must be a whole number or a non-empty string'],
    [{ ...valid, ok: Number.NaN }, 'ok: must be'],
    [{ ...valid, ok: '' }, 'ok: must be'],
    [{ ok: 1 }, 'codes: must be an object'],
    [{ ...valid, codes: { ...codes, refresh: undefined } }, 'codes.refresh: must be'],
    [{ ...valid, codes: { ...codes, refresh: 1.5 } }, 'codes.refresh: must be'],
    [
      { ...valid, codes: { refresh: 1 } },
      'insufficient_scope has no code; add `insufficient_scope`, its verdict `fix`',
    ],
    [{ ...valid, codes: { default: 1 } }, 'access_token_missing (verdict refresh) and refresh_token_missing'],
    [{ ...valid, codes: { ...codes, signed_out: '10415' } }, 'signed_out (verdict terminal) are both 10415'],
    [{ ...valid, codes: { ...codes, access_token_invalid: 10422 } }, 'access_token_invalid (verdict refresh) and'],
    [{ ...valid, codes: { ...codes, not_found: '10200' } }, 'not_found is 10200, which is also `ok`'],
    [{ ...valid, status: 201 }, "status: must be 'keep' or 200"],
    [{ ...valid, fields: { msg: 'message' } }, 'unknown option `fields.msg`'],
    [{ ...valid, fields: { code: '' } }, 'fields: must be names of members'],
    [{ ...valid, fields: { code: 'data' } }, 'fields: must be three different names'],
    [{ ...valid, fields: { data: 'problem' } }, 'none may be "problem"'],
    [{ ...valid, messages: 'zh' }, 'messages: must be a table such as chineseMessages'],
    [{ ...valid, messages: { ok: 5 } }, 'messages: ok must be a string'],
    [{ ...valid, messages: { sined_out: '' } }, 'did you mean `messages.signed_out`?'],
    [{ ...valid, messages: () => undefined }, 'messages: ok must be a string'],
  ])('%j', (options, expected) => {
    expect(message(options)).toContain(expected)
  })

  it('one number for errors that a client treats alike, or hands to its caller, is accepted', () => {
    expect(message({ ok: 0, codes: { refresh: 1, default: 2 } })).toBe('accepted')
  })
})
