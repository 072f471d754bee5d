import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { AnswerError } from '../../src/answer-error.js'
import { readForm, readJson } from '../../src/http/read-body.js'

const schema = z.object({ name: z.string().max(70_000).optional(), deep: z.unknown().optional() })

function request(body: BodyInit | null, headers: Record<string, string> = {}): Request {
  return new Request('https://auth.example.com/', {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/json', ...headers },
    duplex: 'half',
  } as RequestInit)
}

async function refusal(request: Request): Promise<AnswerError> {
  const error = await readJson(request, schema).then(
    () => expect.unreachable(),
    (thrown) => thrown,
  )
  expect(error).toMatchObject({ name: 'AnswerError', code: 'invalid_request' })
  return error
}

/** A body that comes in pieces and without a declared length, as `Transfer-Encoding: chunked` does. */
function inPieces(piece: string, count: number): ReadableStream<Uint8Array> {
  let sent = 0
  return new ReadableStream({
    pull(controller) {
      if (sent++ < count) controller.enqueue(new TextEncoder().encode(piece))
      else controller.close()
    },
  })
}

describe('readJson', () => {
  it('reads an object, whether its length is declared or not', async () => {
    const text = '{"name":"Änn \\"}{:"}'

    expect(await readJson(request(text), schema)).toEqual({ name: 'Änn "}{:' })
    const length = String(Buffer.byteLength(text))
    expect(await readJson(request(text, { 'Content-Length': length }), schema)).toEqual({ name: 'Änn "}{:' })
    expect(await readJson(request(inPieces(text, 1)), schema)).toEqual({ name: 'Änn "}{:' })
  })

  it('treats a missing body as an empty object, whatever its type', async () => {
    expect(await readJson(request(null, { 'Content-Type': 'text/plain' }), schema)).toEqual({})
    expect(await readJson(request('', { 'Content-Length': '0' }), schema)).toEqual({})
  })

  it.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json ;x=y'])(
    'reads %s',
    async (type) => {
      expect(await readJson(request('{}', { 'Content-Type': type }), schema)).toEqual({})
    },
  )

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/problem+json',
    'text/json',
    'text/plain; application/json',
    '',
  ])('refuses the type %s, which a page of any origin may send unasked', async (type) => {
    expect((await refusal(request('{}', { 'Content-Type': type }))).detail).toContain('application/json')
  })

  it('refuses more than 64 kB: declared, chunked, or with a length that is none', async () => {
    const large = `{"name":"${'x'.repeat(65_536)}"}`
    const pulled = { count: 0 }
    const endless = new ReadableStream({
      pull(controller) {
        pulled.count++
        controller.enqueue(new Uint8Array(1024).fill(0x20))
      },
    })

    for (const made of [
      request(large),
      request(large, { 'Content-Length': String(large.length) }),
      request(large, { 'Content-Length': 'many' }),
      request(large, { 'Content-Length': '1e9' }),
      request(endless),
    ]) {
      expect((await refusal(made)).detail).toContain('65536 bytes')
    }
    expect(pulled.count).toBeLessThan(80)
    expect(await readJson(request(`{"name":"${'x'.repeat(65_525)}"}`), schema)).toHaveProperty('name')
  })

  it('refuses JSON that nests deeper than 32 levels, and knows brackets from texts', async () => {
    const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

    expect(await readJson(request(`{"deep":${nested(31)}}`), schema)).toHaveProperty('deep')
    expect((await refusal(request(`{"deep":${nested(32)}}`))).detail).toContain('32 levels')
    expect((await refusal(request('['.repeat(60_000)))).detail).toContain('32 levels')
    expect(await readJson(request(`{"name":"${'['.repeat(40)}\\"${'{'.repeat(40)}"}`), schema)).toHaveProperty('name')
  })

  // A scan that begins anew at every quote would need a thousand million steps, and run into the test's own limit.
  it.each([
    ['quotes that are escaped without end', '\\"'.repeat(32_000)],
    ['quotes', '"'.repeat(64_000)],
    ['an unterminated string', `"${'\\\\'.repeat(32_000)}`],
  ])('refuses %s, two hundred times over', { timeout: 10_000 }, async (_, text) => {
    for (let time = 0; time < 200; time++) expect((await refusal(request(text))).detail).toBe('the body is not JSON')
  })

  it.each([
    ['half an object', '{"name":'],
    ['two values', '{} {}'],
    ['a comment', '{} // all'],
    ['NaN', '{"name":NaN}'],
    ['a NUL', '{}\0'],
    ['a lone bracket', ']'],
  ])('refuses %s and quotes nothing of it', async (_, text) => {
    expect((await refusal(request(text))).detail).toBe('the body is not JSON')
  })

  it.each([
    ['a byte that begins nothing', [0x22, 0xff, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])('refuses %s, which is not UTF-8', async (_, bytes) => {
    const body = Uint8Array.from(bytes)

    expect((await refusal(request(body))).detail).toBe('the body is not UTF-8')
    expect((await refusal(request(body, { 'Content-Length': String(body.length) }))).detail).toBe(
      'the body is not UTF-8',
    )
  })

  it('keeps a replacement character that was really sent', async () => {
    expect(await readJson(request('{"name":"\ufffd"}'), schema)).toEqual({ name: '\ufffd' })
  })

  it.each([
    '{"name":"a","name":"b"}',
    '{"name":"a","n\\u0061me":"b"}',
    '{"deep":[{"a":1,"a":1}]}',
    '{"__proto__":1,"__proto__":2}',
  ])('refuses %s: a member that occurs more than once', async (text) => {
    expect((await refusal(request(text))).detail).toBe('a member of the JSON occurs more than once')
  })

  it.each(['[]', '"text"', '5', 'null', 'true'])('refuses %s where an object is expected', async (text) => {
    expect((await refusal(request(text))).detail).toMatch(/^the body: /)
  })

  it('omits members that the schema does not know, including __proto__', async () => {
    const read = await readJson(request('{"name":"a","admin":true,"__proto__":{"admin":true}}'), schema)

    expect(read).toEqual({ name: 'a' })
    expect((read as { admin?: boolean }).admin).toBeUndefined()
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  it('names a wrong member that the schema knows, and never one of the caller’s own', async () => {
    const loose = z.object({ name: z.string().optional() }).catchall(z.string())
    const detailOf = (text: string) => readJson(request(text), loose).catch((error: AnswerError) => error.detail)

    expect(await detailOf('{"name":5}')).toMatch(/^"name": /)
    expect(await detailOf('{"<script>":5}')).toMatch(/^an unknown member: /)
  })

  it('answers an interrupted body as an error of the client', async () => {
    const broken = new ReadableStream({
      pull(controller) {
        controller.error(new Error('aborted'))
      },
    })

    expect((await refusal(request(broken))).detail).toBe('the body ended before it was complete')
  })
})

describe('readForm', () => {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const fields = z.object({ token: z.string().optional(), 'a b': z.string().optional() })
  const refused = (body: string, headers = form) =>
    readForm(request(body, headers), fields).then(
      () => expect.unreachable(),
      (error: AnswerError) => error.detail,
    )

  it('reads names and values, and takes a parameter without a value for one that is left out', async () => {
    expect(await readForm(request('token=%C3%A4+%2B=1&a+b=&&', form), fields)).toEqual({ token: 'ä +=1' })
    expect(await readForm(request(null, {}), fields)).toEqual({})
  })

  it.each(['token=a&token=a', 'token=a&%74oken=b', 'token=&token=a', 'x&x'])(
    'refuses %s: a parameter that occurs more than once',
    async (body) => {
      expect(await refused(body)).toBe('a parameter of the form occurs more than once')
    },
  )

  it.each(['token=%ff', 'token=%', '%zz=1'])('refuses %s: what is not percent-encoded UTF-8', async (body) => {
    expect(await refused(body)).toBe('the form is not percent-encoded UTF-8')
  })

  it('makes no prototype of a name', async () => {
    const read = await readForm(request('__proto__=x&token=a', form), fields.loose())

    expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
    expect(read.token).toBe('a')
  })

  it('refuses JSON, and more than it may be long', async () => {
    expect(await refused('{}', { 'Content-Type': 'application/json' })).toMatch(/^Content-Type must be/)
    expect(await refused(`token=${'x'.repeat(70_000)}`)).toMatch(/^the body is larger/)
  })
})
