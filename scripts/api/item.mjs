// @ts-check
import ts from 'typescript'
import { docstringOf } from './docstring.mjs'
import { membersOf } from './members.mjs'
import { mentionsOf } from './mentions.mjs'
import { oneLine, signature, typeAlias, typeParameters } from './signature.mjs'

/** @typedef {import('./public-api.mjs').Item} Item */
/** @typedef {{ checker: ts.TypeChecker, links: ReadonlyMap<ts.Symbol, string> }} Context where a page explains a type */

/** @param {Item} item @param {Context} context */
export function itemText({ name, symbol, declarations }, { checker, links }) {
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
  const types = mentionsOf(symbol, checker).filter((found) => links.has(found))
  if (types.length > 0) {
    parts.push(`See ${types.map((found) => link({ name: found.name, symbol: found }, links)).join(', ')}.`)
  }
  return parts.join('\n\n')
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

/** @param {Pick<Item, 'name' | 'symbol'>} item @param {Context['links']} links */
export function link({ name, symbol }, links) {
  return `[\`${name}\`](${links.get(symbol)})`
}
