import ts from 'typescript'
import { expect, test } from 'vitest'
import { circle, filesOf, type Import, importsOf, packageOf, read, roomOf } from './imports.js'

// The drawing of the house. A room is a folder or a file right under a package's src; a file is `server/session/rotation.ts`.
/** What each package may import: packages below it, and libraries that it chose. */
const packages: Record<string, readonly string[]> = {
  protocol: [],
  guard: ['protocol', 'jose', 'express', 'koa', 'fastify', 'hono', '@nestjs/', 'node:'],
  client: ['protocol', 'react', 'vue', 'pinia', 'vue-router'],
  server: [
    'protocol',
    'guard',
    'jose',
    'zod',
    'hono',
    '@hono/',
    'express',
    'koa',
    'fastify',
    '@node-rs/argon2',
    'altcha-lib',
    'libsql',
    'pg',
    'mysql2',
    'mongodb',
    'ioredis',
    'node:',
  ],
  sessionward: ['protocol', 'guard', 'server', 'citty', 'node:'],
}
/** From the ground up: a room of the server may import its own floor and those below. */
const floors: readonly (readonly string[])[] = [
  ['session'],
  ['answer-error', 'figures', 'idle-time', 'input', 'logger'],
  ['store'],
  ['directory'],
  ['profiles'],
  ['keys'],
  ['tokens'],
  ['events', 'protection'],
  ['binding'],
  ['revocation'],
  ['session-admission'],
  ['session-service'],
  ['legacy'],
  ['accounts'],
  ['users'],
  ['options'],
  ['config'],
  ['http', 'calls'],
  ['auth-server'],
  ['server'],
  ['adapters', 'index'],
]
/** What adapters translate between; everything else in their package is not their business. */
const behindAdapters: Record<string, readonly string[]> = {
  server: ['adapters', 'auth-server'],
  guard: [
    'adapters',
    'guard',
    'config',
    'binding',
    'challenge',
    'credentials',
    'decision',
    'page',
    'principal',
    'route',
    'session-end',
  ],
}

const imports = Object.keys(packages).flatMap(importsOf)

const walls: readonly { title: string; breaks(i: Import): boolean; example: Import }[] = [
  {
    title: 'a package imports only those below it, and no library that it did not choose',
    breaks: ({ file, target }) =>
      packageOf(file) !== packageOf(target) &&
      !packages[packageOf(file)]?.some((allowed) => `${target}/`.startsWith(allowed.replace(/[^:/]$/, '$&/'))),
    example: { file: 'client/refresher.ts', target: 'guard/index.ts' },
  },
  {
    title: 'packages meet at their front doors, never by a path into each other',
    breaks: ({ target }) => target.startsWith('..'),
    example: { file: 'guard/guard.ts', target: '../protocol/src/errors.ts' },
  },
  {
    title: 'session/ is pure: node:crypto, protocol and itself',
    breaks: ({ file, target }) =>
      isIn(file, 'server', 'session') &&
      !(target === 'node:crypto' || packageOf(target) === 'protocol' || isIn(target, 'server', 'session')),
    example: { file: 'server/session/rotation.ts', target: 'server/store/store.ts' },
  },
  {
    title: 'inside the server no arrow runs back up, and every room has a floor',
    breaks: ({ file, target }) =>
      isIn(file, 'server') && isIn(target, 'server') && !(floorOf(file) >= floorOf(target) && floorOf(target) >= 0),
    example: { file: 'server/store/memory/sessions.ts', target: 'server/keys/secrets.ts' },
  },
  {
    title: 'an adapter only translates: it sees the front of its package and nothing behind',
    breaks: ({ file, target }) =>
      roomOf(file) === 'adapters' &&
      packageOf(file) === packageOf(target) &&
      !behindAdapters[packageOf(file)]?.includes(roomOf(target)),
    example: { file: 'server/adapters/express.ts', target: 'server/session-service.ts' },
  },
  {
    title: 'index.ts is the front door: nothing inside walks through it',
    breaks: ({ file, target }) => packageOf(file) === packageOf(target) && /\/index\.ts$/.test(target),
    example: { file: 'server/http/handler.ts', target: 'server/index.ts' },
  },
]

test.each(walls)('$title', ({ breaks, example }) => {
  expect(breaks(example), 'the wall stands').toBe(true)

  expect(imports.filter(breaks).map(({ file, target }) => `${file} imports ${target}`)).toEqual([])
})

test('no circles, neither of files nor of rooms', () => {
  expect(
    circle([
      { file: 'a.ts', target: 'b.ts' },
      { file: 'b.ts', target: 'a.ts' },
    ]),
  ).not.toBeNull()

  expect(circle(imports)).toBeNull()
  const rooms = imports.map(({ file, target }) => ({ file: inRoom(file), target: inRoom(target) }))
  expect(circle(rooms.filter(({ file, target }) => file !== target))).toBeNull()
})

test('an index.ts is an explicit list of exports and nothing else', () => {
  const doors = Object.keys(packages).flatMap((name) => filesOf(name).filter((file) => file.endsWith('/index.ts')))

  const others = doors.flatMap((door) =>
    parse(door)
      .statements.filter((s) => !isExplicitExport(s))
      .map(() => door),
  )

  expect(doors.length).toBeGreaterThan(3)
  expect(others).toEqual([])
})

test('session/ knows neither the clock nor chance nor the outside', () => {
  const impure = /\bDate\b|Math\.random|\bfetch\(|\bprocess\b|\bset(Timeout|Interval)\b|\bperformance\b/

  const found = filesOf('server').filter((file) => isIn(file, 'server', 'session') && impure.test(code(file)))

  expect(impure.test('const now = Date.now()')).toBe(true)
  expect(found).toEqual([])
})

function isIn(file: string, name: string, room?: string): boolean {
  return packageOf(file) === name && (room === undefined || roomOf(file) === room)
}

function inRoom(file: string): string {
  return `${packageOf(file)}/${roomOf(file)}`
}

function floorOf(file: string): number {
  return floors.findIndex((rooms) => rooms.includes(roomOf(file)))
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, read(file), ts.ScriptTarget.ESNext)
}

function isExplicitExport(statement: ts.Statement): boolean {
  return ts.isExportDeclaration(statement) && statement.exportClause !== undefined
}

/** The text without comments, which may well speak of clocks. */
function code(file: string): string {
  return ts.transpile(read(file), { target: ts.ScriptTarget.ESNext, removeComments: true })
}
