import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'

/** One import: `file` and `target` are like `server/session/rotation.ts`; a target outside the house is its specifier. */
export interface Import {
  readonly file: string
  readonly target: string
}

const source = join(import.meta.dirname, '../packages')

/** The source files of a package. */
export function filesOf(name: string): string[] {
  return readdirSync(join(source, name, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => `${name}/${file}`)
}

export function read(file: string): string {
  return readFileSync(join(source, file.replace('/', '/src/')), 'utf8')
}

/** All imports of a package's sources: static, dynamic, re-exports, of values and of types. */
export function importsOf(name: string): Import[] {
  return filesOf(name).flatMap((file) =>
    ts
      .preProcessFile(read(file), true, true)
      .importedFiles.map(({ fileName }) => ({ file, target: locate(file, fileName) })),
  )
}

export function packageOf(file: string): string {
  return file.split('/')[0] ?? ''
}

export function roomOf(file: string): string {
  return (file.split('/')[1] ?? '').replace(/\.tsx?$/, '')
}

/** The first circle of a graph, as the path that walks it. */
export function circle(graph: readonly Import[]): string[] | null {
  const next = new Map<string, Set<string>>()
  for (const { file, target } of graph) next.set(file, (next.get(file) ?? new Set()).add(target))
  const done = new Set<string>()
  const walk = (at: string, path: readonly string[]): string[] | null => {
    if (path.includes(at)) return [...path.slice(path.indexOf(at)), at]
    if (done.has(at)) return null
    for (const to of next.get(at) ?? []) {
      const found = walk(to, [...path, at])
      if (found) return found
    }
    done.add(at)
    return null
  }
  for (const start of next.keys()) {
    const found = walk(start, [])
    if (found) return found
  }
  return null
}

function locate(file: string, specifier: string): string {
  if (specifier.startsWith('@sessionward/')) return `${specifier.replace('@sessionward/', '')}/index.ts`
  if (specifier.startsWith('.')) {
    const inside = relative(packageOf(file), join(dirname(file), specifier))
    return inside.startsWith('..') ? inside : `${packageOf(file)}/${inside.replace(/\.js$/, '.ts')}`
  }
  // A package's own `imports` (`#verify`) stays within it.
  if (specifier.startsWith('#')) return `${packageOf(file)}/${specifier}`
  return isBuiltin(specifier) && !specifier.startsWith('node:') ? `node:${specifier}` : specifier
}
