// @ts-check
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { isShape, mentionsOf, target } from './mentions.mjs'

/**
 * What a package offers: the exports of each entry of its package.json, and the ordered that their signatures mention.
 *
 * @typedef {object} Entry
 * @property {string} specifier what an application imports, such as `@sessionward/server/store/postgres`
 * @property {readonly Item[]} items
 * @property {readonly Item[]} mentioned ordered without a name to import: an application meets them in the others
 * @property {readonly Item[]} elsewhere exports that another entry explains
 *
 * @typedef {{ name: string, symbol: ts.Symbol, declarations: readonly ts.Declaration[] }} Item
 * @typedef {{ name: string, folder: string, description: string, entries: readonly Entry[] }} Package
 */

/** @typedef {{ specifier: string, file: string, pkg: string }} Source */

/** Every package of packages/ with its entries, in the order of dependency. @returns {{ packages: Package[], checker: ts.TypeChecker }} */
export function readPublicApi() {
  const manifests = readdirSync('packages').map((folder) => {
    const json = JSON.parse(readFileSync(join('packages', folder, 'package.json'), 'utf8'))
    const sources = Object.entries(json.exports).flatMap(([path, target]) =>
      target['sessionward-source'] === undefined
        ? []
        : [
            {
              specifier: join(json.name, path),
              file: resolve('packages', folder, target['sessionward-source']),
              pkg: folder,
            },
          ],
    )
    return { folder, json, sources }
  })
  const program = createProgram(manifests.flatMap(({ sources }) => sources.map(({ file }) => file)))
  const checker = program.getTypeChecker()
  /** Where each export is explained: the first entry of its own package. @type {Map<ts.Symbol, Source>} */
  const homes = new Map()
  for (const { sources } of manifests) {
    for (const source of sources) {
      for (const symbol of exportsOf(program, checker, source.file)) {
        if (packageOf(symbol) === source.pkg && !homes.has(symbol)) homes.set(symbol, source)
      }
    }
  }
  const packages = manifests.map(({ folder, json, sources }) => {
    /** @type {Set<ts.Symbol>} */
    const explained = new Set()
    const entries = sources.map((source) => readEntry(program, checker, source, homes, explained))
    return { name: json.name, folder, description: json.description, entries }
  })
  return { packages, checker }
}

/** @param {string[]} files */
function createProgram(files) {
  const { config } = ts.readConfigFile('tsconfig.test.json', ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, process.cwd())
  return ts.createProgram(files, options)
}

/** @param {ts.Program} program @param {ts.TypeChecker} checker @param {string} file */
function exportsOf(program, checker, file) {
  const module = checker.getSymbolAtLocation(/** @type {ts.SourceFile} */ (program.getSourceFile(file)))
  return module === undefined ? [] : checker.getExportsOfModule(module).map((symbol) => target(symbol, checker))
}

/**
 * @param {ts.Program} program @param {ts.TypeChecker} checker @param {Source} source
 * @param {Map<ts.Symbol, Source>} homes @param {Set<ts.Symbol>} explained what an earlier entry of the package explains
 * @returns {Entry}
 */
function readEntry(program, checker, source, homes, explained) {
  const symbols = exportsOf(program, checker, source.file)
  const rank = (/** @type {ts.Symbol} */ { name }) => (name.startsWith('create') ? 0 : 1)
  // What an application calls first comes first.
  const own = symbols.filter((symbol) => homes.get(symbol) === source).sort((a, b) => rank(a) - rank(b))
  const elsewhere = symbols.filter((symbol) => homes.has(symbol) && homes.get(symbol) !== source)
  for (const symbol of own) explained.add(symbol)
  // Types in the order in which a reader of the functions meets them. A set may grow while it is read.
  const ordered = new Set(own.filter((symbol) => !isShape(symbol)))
  for (const symbol of ordered) {
    for (const found of mentionsOf(symbol, checker)) if (own.includes(found)) ordered.add(found)
  }
  for (const symbol of own) ordered.add(symbol)
  /** @type {Set<ts.Symbol>} */
  const mentioned = new Set()
  for (const symbols of [ordered, mentioned]) {
    for (const symbol of symbols) {
      for (const found of mentionsOf(symbol, checker)) {
        const isOurs = packageOf(found) === source.pkg && !homes.has(found)
        if (isOurs && !explained.has(found)) mentioned.add(found)
      }
    }
  }
  for (const symbol of mentioned) explained.add(symbol)
  return {
    specifier: source.specifier,
    items: [...ordered].map(item),
    mentioned: [...mentioned].map(item),
    elsewhere: elsewhere.map(item),
  }
}

/** @param {ts.Symbol} symbol @returns {Item} */
function item(symbol) {
  return { name: symbol.name, symbol, declarations: symbol.declarations ?? [] }
}

/** The folder in packages/ of a declaration; undefined for a library of others. @param {ts.Symbol} symbol */
function packageOf(symbol) {
  const file = symbol.declarations?.[0]?.getSourceFile().fileName ?? ''
  return /\/packages\/([^/]+)\/src\//.exec(file)?.[1]
}
