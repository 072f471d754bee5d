// @ts-check
import ts from 'typescript'
import { docstringOf } from './docstring.mjs'
import { isExternal, isHidden } from './mentions.mjs'
import { oneLine, signature } from './signature.mjs'

/**
 * @typedef {object} Member
 * @property {string} name
 * @property {string} code the name with its type
 * @property {boolean} optional
 * @property {import('./docstring.mjs').Docstring} doc
 * @property {readonly Member[]} members those of a type that is written in place
 */

/** What an application reads or gives of a shape or a class. @param {readonly ts.Node[]} declarations @param {ts.TypeChecker} checker @returns {Member[]} */
export function membersOf(declarations, checker) {
  return declarations.flatMap((node) => {
    if (isExternal(node)) return []
    if (ts.isInterfaceDeclaration(node) || ts.isTypeLiteralNode(node)) return read(node.members, checker)
    if (ts.isClassDeclaration(node)) return read(node.members.filter(isOwnPublic), checker)
    if (ts.isTypeAliasDeclaration(node)) return inPlace(node.type, checker)
    return []
  })
}

/** What is inherited from Error, or prescribed by an interface of a framework, needs no words of ours. @param {ts.ClassElement} member */
function isOwnPublic(member) {
  return member.name?.getText() !== 'name' && !ts.isClassStaticBlockDeclaration(member)
}

/** @param {readonly (ts.TypeElement | ts.ClassElement)[]} elements @param {ts.TypeChecker} checker @returns {Member[]} */
function read(elements, checker) {
  return elements
    .filter((element) => !isHidden(element))
    .map((element) => {
      const name = element.name?.getText() ?? ''
      const { questionToken } = /** @type {{ questionToken?: ts.Node }} */ (/** @type {unknown} */ (element))
      const type = ts.isPropertySignature(element) || ts.isPropertyDeclaration(element) ? element.type : undefined
      return {
        name,
        code: codeOf(element, name, questionToken !== undefined, checker),
        optional: questionToken !== undefined,
        doc: docstringOf([element]),
        members: type ? inPlace(type, checker) : [],
      }
    })
}

/** @param {ts.TypeElement | ts.ClassElement} element @param {string} name @param {boolean} optional @param {ts.TypeChecker} checker */
function codeOf(element, name, optional, checker) {
  const prefix = isStatic(element) ? `static ${name}` : name
  const shown = `${prefix}${optional ? '?' : ''}`
  if (ts.isConstructorDeclaration(element))
    return inLine(signature(element, 'constructor', checker)).replace(/\): \w+$/, ')')
  if (ts.isGetAccessor(element) || ts.isPropertySignature(element) || ts.isPropertyDeclaration(element)) {
    const type = element.type ? oneLine(element.type) : checker.typeToString(checker.getTypeAtLocation(element))
    return `${shown}: ${optional ? type.replace(/ \| undefined$/, '') : type}`
  }
  if (ts.isIndexSignatureDeclaration(element)) return oneLine(element)
  if (ts.isFunctionLike(element)) return inLine(signature(element, shown, checker))
  return shown
}

/** The members of types that are written in place and have words of their own. @param {ts.TypeNode} type @param {ts.TypeChecker} checker @returns {Member[]} */
function inPlace(type, checker) {
  if (ts.isTypeLiteralNode(type)) return read(type.members, checker)
  if (ts.isUnionTypeNode(type) || ts.isIntersectionTypeNode(type)) {
    return type.types.flatMap((one) => inPlace(one, checker)).filter(({ doc }) => doc.text !== '')
  }
  return []
}

/** @param {string} text */
function inLine(text) {
  return text
    .replace(/\(\n\s*/, '(')
    .replace(/,\n(?=\))/g, '')
    .replace(/,\n\s*/g, ', ')
}

/** @param {ts.Node} node */
function isStatic(node) {
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword)
  )
}
