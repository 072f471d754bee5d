import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJsonObject } from '../../src/token/strict-json.js'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const wellFormed = fc.string({ unit: 'grapheme' })
const objects = fc.dictionary(
  wellFormed.filter((name) => name !== '__proto__'),
  fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' }),
)

function holdsProto(value: unknown): boolean {
  return JSON.stringify(value).includes('"__proto__":')
}

test('all output of JSON.stringify is read as by JSON.parse, however it is spaced', () => {
  fc.assert(
    fc.property(objects, fc.constantFrom(undefined, 1, '\t', '\r\n '), (object, space) => {
      fc.pre(!holdsProto(object))
      const text = JSON.stringify(object, null, space)
      expect(parseJsonObject(bytesOf(text))).toEqual(JSON.parse(text))
    }),
  )
})

test('a member name that appears twice is found wherever it is and however it is escaped', () => {
  const escaped = (name: string) =>
    `"${Array.from({ length: name.length }, (_, at) => `\\u${name.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`
  fc.assert(
    fc.property(objects, wellFormed, fc.integer({ min: 0, max: 5 }), (object, name, depth) => {
      fc.pre(name !== '__proto__' && !Object.hasOwn(object, name) && !holdsProto(object))
      const rest = JSON.stringify(object).slice(1, -1)
      const members = [`${JSON.stringify(name)}:1`, ...(rest ? [rest] : []), `${escaped(name)} :2`]
      const text = `${'{"in":['.repeat(depth)}{${members.join(',')}}${']}'.repeat(depth)}`
      expect(() => JSON.parse(text)).not.toThrow()
      expect(() => parseJsonObject(bytesOf(text))).toThrow('appears twice')
    }),
  )
})

test.each([
  ['a colon in a name', '{"a:b":1}'],
  ['a colon in a value', '{"a":"b:c"}'],
  ['a colon after an escaped quote', '{"a":"\\":","b":2}'],
  ['a backslash at the end of a string', '{"a":"\\\\","b":":"}'],
  ['one name in two objects', '{"a":{"b":1},"c":[{"b":2},{"b":3}]}'],
])('%s is no name that appears twice', (_title, text) => {
  expect(parseJsonObject(bytesOf(text))).toEqual(JSON.parse(text))
})

test('a member that is dropped for its name is found, whatever is in it', () => {
  expect(() => parseJsonObject(bytesOf('{"a":{"b":1,"c":[{"d":2}]},"a":3}'))).toThrow('appears twice')
})

test.each([['[]'], ['[{"a":1}]'], ['null'], ['1'], ['"{}"'], ['true']])('%s is not an object', (text) => {
  expect(() => parseJsonObject(bytesOf(text))).toThrow('not a JSON object')
})

test('the parsed value is deeply frozen', () => {
  const claims = parseJsonObject(bytesOf('{"address":{"lines":["a"]}}')) as { address: { lines: string[] } }
  expect(() => claims.address.lines.push('b')).toThrow(TypeError)
  expect(() => Object.assign(claims.address, { lines: [] })).toThrow(TypeError)
})
