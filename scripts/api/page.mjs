// @ts-check
import ts from 'typescript'
import { docstringOf } from './docstring.mjs'
import { membersOf } from './members.mjs'
import { visitMentions } from './public-api.mjs'
import { oneLine, signature, typeAlias, typeParameters } from './signature.mjs'

/** @typedef {import('./public-api.mjs').Package} Package @typedef {import('./public-api.mjs').Item} Item */
/** @typedef {{ title: string, items: readonly Item[] }} Group */
/** @typedef {{ checker: ts.TypeChecker, anchors: ReadonlyMap<ts.Symbol, string> }} Context where a page explains a type */

/**
 * The page of one package. A web engineer reads it: each entry says what it offers, then each export in full.
 *
 * @param {Package} pkg @param {ts.TypeChecker} checker
 */
export function apiPage(pkg, checker) {
  const anchors = anchorsOf(pkg)
  const sections = pkg.entries.map((entry) => {
    const groups = groupsOf(entry)
    const items = groups.flatMap((group) => group.items)
    const again = entry.elsewhere.map(({ name, from }) => `\`${name}\` (\`${from}\`)`).join(', ')
    return [
      `## \`${entry.specifier}\``,
      ...(items.length > 0
        ? [items.map((item) => `[\`${item.name}\`](#${anchors.get(item.symbol)})`).join(' · ')]
        : []),
      ...(again ? [`Explained at another entry, and exported here too: ${again}.`] : []),
      ...groups.flatMap((group) => [
        `### ${group.title}`,
        ...group.items.map((item) => itemText(item, { checker, anchors })),
      ]),
    ].join('\n\n')
  })
  return `<!-- Made by \`npm run docs\` from the docstrings of packages/${pkg.folder}/src. Change them there. -->

# \`${pkg.name}\`

${pkg.description}.

Durations are in seconds and instants in milliseconds since the epoch, unless a text says otherwise. A name with \`?\` can be left
out.

${sections.join('\n\n')}
`
}

/** @param {Package} pkg @returns {Map<ts.Symbol, string>} */
function anchorsOf(pkg) {
  const anchor = createAnchors()
  const anchors = new Map()
  anchor(pkg.name)
  for (const entry of pkg.entries) {
    anchor(entry.specifier)
    for (const { title, items } of groupsOf(entry)) {
      anchor(title)
      for (const item of items) anchors.set(item.symbol, anchor(item.name))
    }
  }
  return anchors
}

/** @param {import('./public-api.mjs').Entry} entry @returns {Group[]} */
function groupsOf({ items, mentioned }) {
  const groups = [
    { title: 'Functions', items: items.filter((item) => kindOf(item) === 'function') },
    { title: 'Values', items: items.filter((item) => kindOf(item) === 'value') },
    { title: 'Classes and errors', items: items.filter((item) => kindOf(item) === 'class') },
    { title: 'Types', items: items.filter((item) => kindOf(item) === 'type') },
    { title: 'Types without an export', items: mentioned },
  ]
  return groups.filter((group) => group.items.length > 0)
}

/** @param {Item} item */
export function kindOf({ declarations }) {
  if (declarations.some(ts.isFunctionDeclaration)) return 'function'
  if (declarations.some(ts.isClassDeclaration)) return 'class'
  const variable = declarations.find(ts.isVariableDeclaration)
  if (!variable) return 'type'
  return variable.initializer && ts.isArrowFunction(variable.initializer) ? 'function' : 'value'
}

/** @param {Item} item @param {Context} context */
function itemText({ name, symbol, declarations }, { checker, anchors }) {
  const doc = docstringOf(declarations)
  const parts = [`#### ${name}`]
  const code = codeOf(declarations, name, checker)
  if (code) parts.push(`\`\`\`ts\n${code}\n\`\`\``)
  if (doc.text) parts.push(doc.text)
  const notes = notesOf(doc)
  if (notes.length > 0) parts.push(notes.map((note) => `- ${note}`).join('\n'))
  const parents = declarations.flatMap(parentsOf)
  if (parents.length > 0) parts.push(`Has the members of ${parents.map((one) => `\`${one}\``).join(', ')} too.`)
  const members = membersOf(declarations, checker)
  if (members.length > 0) parts.push(members.map((member) => memberText(member, '')).join('\n'))
  const types = mentionedBy(symbol, checker).filter((found) => anchors.has(found))
  if (types.length > 0) {
    parts.push(`See ${types.map((found) => `[\`${found.name}\`](#${anchors.get(found)})`).join(', ')}.`)
  }
  return parts.join('\n\n')
}

/** The types in its own signature. @param {ts.Symbol} symbol @param {ts.TypeChecker} checker */
function mentionedBy(symbol, checker) {
  /** @type {Set<ts.Symbol>} */
  const found = new Set()
  visitMentions(checker, symbol, (one) => {
    if (one !== symbol) found.add(one)
    return false
  })
  return [...found]
}

/** @param {readonly ts.Declaration[]} declarations @param {string} name @param {ts.TypeChecker} checker */
function codeOf(declarations, name, checker) {
  const functions = declarations.filter(ts.isFunctionDeclaration)
  const overloads = functions.length > 1 ? functions.filter(({ body }) => body === undefined) : functions
  if (overloads.length > 0) return overloads.map((node) => signature(node, name, checker)).join('\n\n')
  return declarations
    .map((node) => {
      if (ts.isTypeAliasDeclaration(node)) return ts.isTypeLiteralNode(node.type) ? '' : typeAlias(node)
      if (ts.isClassDeclaration(node)) return classHead(node)
      if (ts.isInterfaceDeclaration(node)) return node.typeParameters ? `interface ${name}${typeParameters(node)}` : ''
      if (!ts.isVariableDeclaration(node)) return ''
      const { initializer, type } = node
      if (initializer && ts.isArrowFunction(initializer) && !type) return signature(initializer, name, checker)
      const text = type ? oneLine(type) : checker.typeToString(checker.getTypeAtLocation(node))
      return text.length > 200 ? '' : `const ${name}: ${text}`
    })
    .filter((text) => text !== '')
    .join('\n')
}

/** @param {ts.ClassDeclaration} node */
function classHead(node) {
  const clauses = (node.heritageClauses ?? []).map(
    ({ token, types }) =>
      `${token === ts.SyntaxKind.ExtendsKeyword ? 'extends' : 'implements'} ${types.map(oneLine).join(', ')}`,
  )
  return [`class ${node.name?.text}${typeParameters(node)}`, ...clauses].join(' ')
}

/** @param {ts.Node} node */
function parentsOf(node) {
  if (!ts.isInterfaceDeclaration(node)) return []
  return (node.heritageClauses ?? []).flatMap(({ types }) => types.map(oneLine))
}

/** @param {import('./members.mjs').Member} member @param {string} indent @returns {string} */
function memberText({ code, doc, members }, indent) {
  const lines = [doc.text.replace(/\n+(?=- )/g, `\n${indent}  `).replace(/\n\n/g, `\n\n${indent}  `)]
  for (const note of notesOf(doc)) lines.push(`- ${note}`)
  for (const member of members) lines.push(memberText(member, `${indent}  `).trimStart())
  const body = lines.filter((line) => line !== '').map((line) => `\n${indent}  ${line}`)
  return `${indent}- \`${code}\`${body.join('')}`.replace(/`\n\s*(?=[^\s-])/, '`: ')
}

/** @param {import('./docstring.mjs').Docstring} doc */
function notesOf({ params, returns, throws }) {
  return [
    ...[...params].map(([name, text]) => `\`${name}\`: ${text}`),
    ...(returns ? [`Returns ${returns}`] : []),
    ...throws.map((text) => `Throws ${text}`),
  ]
}

/** The anchors that GitHub gives to headings. */
function createAnchors() {
  /** @type {Map<string, number>} */
  const seen = new Map()
  return (/** @type {string} */ heading) => {
    const slug = heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replace(/ /g, '-')
    const count = seen.get(slug) ?? 0
    seen.set(slug, count + 1)
    return count === 0 ? slug : `${slug}-${count}`
  }
}
