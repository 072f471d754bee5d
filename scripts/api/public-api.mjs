// @ts-check
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'

/**
 * What a package offers: the exports of each entry of its package.json, and the ordered that their signatures mention.
 *
 * @typedef {object} Entry
 * @property {string} specifier what an application imports, such as `@sessionward/server/store/postgres`
 * @property {readonly Item[]} items
 * @property {readonly Item[]} mentioned ordered without a name to import: an application meets them in the others
 * @property {readonly { name: string, from: string }[]} elsewhere exports that another entry explains
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
  return module === undefined ? [] : checker.getExportsOfModule(module).map((symbol) => target(checker, symbol))
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
  const elsewhere = symbols
    .filter((symbol) => homes.get(symbol) !== source)
    .map((symbol) => ({ name: symbol.name, from: homes.get(symbol)?.specifier ?? '' }))
    .filter(({ from }) => from !== '')
  for (const symbol of own) explained.add(symbol)
  // Types in the order in which a reader of the functions meets them.
  const ordered = new Set(own.filter((symbol) => !isShape(symbol)))
  for (const symbol of [...ordered])
    visitMentions(checker, symbol, (found) => own.includes(found) && isNew(ordered, found))
  for (const symbol of own) ordered.add(symbol)
  /** @type {ts.Symbol[]} */
  const mentioned = []
  for (const symbol of [...own]) {
    visitMentions(checker, symbol, (found) => {
      if (explained.has(found) || homes.has(found) || packageOf(found) !== source.pkg) return false
      explained.add(found)
      mentioned.push(found)
      return true
    })
  }
  return { specifier: source.specifier, items: [...ordered].map(item), mentioned: mentioned.map(item), elsewhere }
}

/**
 * Follows the types in the signature of a symbol, as long as `visit` answers that a symbol is new.
 *
 * @param {ts.TypeChecker} checker @param {ts.Symbol} symbol @param {(symbol: ts.Symbol) => boolean} visit
 */
export function visitMentions(checker, symbol, visit) {
  for (const declaration of symbol.declarations ?? []) if (!isExternal(declaration)) walk(declaration)

  /** @param {ts.Node} node */
  function walk(node) {
    if (
      ts.isBlock(node) ||
      isHidden(node) ||
      (ts.isExpression(node) && !ts.isIdentifier(node) && !ts.isExpressionWithTypeArguments(node))
    )
      return
    const name = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isExpressionWithTypeArguments(node)
        ? node.expression
        : undefined
    const found = name && checker.getSymbolAtLocation(name)
    const real = found && target(checker, found)
    if (real && isShape(real) && visit(real)) {
      visitMentions(checker, real, visit)
    }
    ts.forEachChild(node, walk)
  }
}

/** An object of another library, which explains its members itself (`@external`). @param {ts.Node} node */
export function isExternal(node) {
  return ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'external')
}

/** What TypeScript, a docstring or a name that is a symbol keeps from an application. @param {ts.Node} node */
export function isHidden(node) {
  const flags = ts.canHaveModifiers(node) ? ts.getCombinedModifierFlags(/** @type {ts.Declaration} */ (node)) : 0
  if (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) return true
  const name = /** @type {ts.NamedDeclaration} */ (node).name
  if (name && (ts.isPrivateIdentifier(name) || ts.isComputedPropertyName(name))) return true
  // A constructor without a word is for us: an application only catches such errors.
  if (ts.isConstructorDeclaration(node) && ts.getJSDocCommentsAndTags(node).length === 0) return true
  return ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal')
}

/** @param {ts.Symbol} symbol */
function isShape({ declarations }) {
  return (declarations ?? []).some((one) => ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one))
}

/** @param {Set<ts.Symbol>} known @param {ts.Symbol} symbol */
function isNew(known, symbol) {
  return !known.has(symbol) && known.add(symbol).has(symbol)
}

/** @param {ts.Symbol} symbol @returns {Item} */
function item(symbol) {
  return { name: symbol.name, symbol, declarations: symbol.declarations ?? [] }
}

/** @param {ts.TypeChecker} checker @param {ts.Symbol} symbol */
function target(checker, symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/** The folder in packages/ of a declaration; undefined for a library of others. @param {ts.Symbol} symbol */
function packageOf(symbol) {
  const file = symbol.declarations?.[0]?.getSourceFile().fileName ?? ''
  return /\/packages\/([^/]+)\/src\//.exec(file)?.[1]
}
