// @ts-check
import ts from 'typescript'

const printer = ts.createPrinter({ removeComments: true, omitTrailingSemicolon: true })

/** A type as its author wrote it, on one line and without `readonly` of members. @param {ts.Node} node */
export function oneLine(node) {
  const text = printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile())
  return withoutReadonly(text)
    .replace(/;?\s*\n\s*/g, (all) => (all.startsWith(';') ? '; ' : ' '))
    .replace(/;\s*\}/g, ' }')
    .replace(/^\| /, '')
}

/** A declaration of a type in lines. @param {ts.TypeAliasDeclaration} node */
export function typeAlias(node) {
  const head = `type ${node.name.text}${typeParameters(node)} =`
  const line = oneLine(node.type)
  if (head.length + line.length < 100) return `${head} ${line}`
  if (!ts.isUnionTypeNode(node.type)) return `${head}\n  ${line}`
  return [head, ...node.type.types.map((type) => `  | ${oneLine(type)}`)].join('\n')
}

/**
 * The signature of a function or a method, in several lines where one would be long.
 *
 * @param {ts.SignatureDeclaration} node @param {string} name @param {ts.TypeChecker} checker
 */
export function signature(node, name, checker) {
  const head = name + typeParameters(node)
  const parameters = node.parameters.map((parameter) => oneParameter(parameter, checker))
  const end = `): ${node.type ? oneLine(node.type) : inferred(node, checker)}`
  const line = `${head}(${parameters.join(', ')}${end}`
  return line.length <= 100 ? line : `${head}(\n${parameters.map((one) => `  ${one},\n`).join('')}${end}`
}

/** @param {ts.ParameterDeclaration} node @param {ts.TypeChecker} checker */
function oneParameter(node, checker) {
  // The members of a destructured parameter stand in its type.
  const name = ts.isIdentifier(node.name) ? node.name.text : 'options'
  const optional = node.questionToken || node.initializer ? '?' : ''
  const type = node.type ? oneLine(node.type) : checker.typeToString(checker.getTypeAtLocation(node))
  return `${node.dotDotDotToken ? '...' : ''}${name}${optional}: ${type}`
}

/** @param {ts.SignatureDeclaration} node @param {ts.TypeChecker} checker */
function inferred(node, checker) {
  const found = checker.getSignatureFromDeclaration(node)
  return found ? checker.typeToString(found.getReturnType()) : 'void'
}

/** @param {{ readonly typeParameters?: ts.NodeArray<ts.TypeParameterDeclaration> | undefined }} node */
export function typeParameters({ typeParameters: all }) {
  return all ? `<${all.map(oneLine).join(', ')}>` : ''
}

/** @param {string} text */
function withoutReadonly(text) {
  return text.replace(/\breadonly (?=[\w$]+\??:|\[)/g, '')
}
