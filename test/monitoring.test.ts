import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAuthServer } from '@sessionward/server'
import { memoryStore } from '@sessionward/server/store/memory'
import ts from 'typescript'
import { describe, expect, it, onTestFinished } from 'vitest'
import { testSecrets } from '../packages/server/test/harness/secrets.js'
import { filesOf, read } from './imports.js'

const events = membersOf('server/events.ts', 'AuthEventType')
const counters = membersOf('server/figures.ts', 'CounterName')

describe.each(['docs/monitoring.md', 'docs/monitoring.zh-CN.md'])('%s', (page) => {
  it('explains every figure of the auth server, and none that does not exist', async () => {
    const issuer = 'http://127.0.0.1:4000'
    const auth = createAuthServer({ issuer, mode: 'development', store: memoryStore(), secrets: testSecrets() })
    onTestFinished(() => auth.close())

    expect(namesIn(page, 'auth.figures()')).toEqual([...events, ...counters, ...Object.keys(auth.figures())].sort())
  })

  it('explains every figure of a guard, and none that does not exist', () => {
    const of = (file: string, type: string, path = '') => membersOf(file, type).map((name) => path + name)
    const own = of('guard/guard.ts', 'GuardFigures')
    const issuer = of('guard/issuer/trusted-issuer.ts', 'IssuerFigures').filter((name) => !/^(keys|feed)$/.test(name))
    const keys = of('guard/keys/key-source.ts', 'KeyFigures', 'keys.')
    const feed = of('guard/revocation/subscription.ts', 'FeedFigures', 'feed.')

    expect(namesIn(page, 'guard.figures()')).toEqual([...own, ...issuer, ...keys, ...feed].sort())
  })
})

it.each([
  ['counter', counters, 'server/figures.ts'],
  ['event', events, 'server/events.ts'],
])('no %s is listed that nothing counts', (_, names, list) => {
  const elsewhere = filesOf('server').filter((file) => file !== list)
  const sources = elsewhere.map(read).join('\n')

  expect(names.filter((name) => !sources.includes(`'${name}'`))).toEqual([])
})

it('no name is both a counter and an event, which would be counted twice', () => {
  expect(counters.filter((name) => events.includes(name))).toEqual([])
})

/** Names of the members of an interface, or of a union of strings. */
function membersOf(file: string, name: string): readonly string[] {
  const { statements } = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest)
  for (const statement of statements) {
    if (ts.isInterfaceDeclaration(statement) && statement.name.text === name)
      return statement.members.map(({ name }) => (name as ts.Identifier).text)
    if (ts.isTypeAliasDeclaration(statement) && statement.name.text === name)
      return (statement.type as ts.UnionTypeNode).types.map(
        (one) => ((one as ts.LiteralTypeNode).literal as ts.StringLiteral).text,
      )
  }
  throw new Error(`${file} has no ${name}`)
}

/** The names in the first column of the table with this heading. */
function namesIn(page: string, heading: string): readonly string[] {
  const text = readFileSync(join(import.meta.dirname, '..', page), 'utf8')
  const [, table = ''] = text.split(`| \`${heading}\` |`)
  const [rows = ''] = table.split('\n\n')
  const names = rows.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)])
  return names.map(([, name]) => name!).sort()
}
