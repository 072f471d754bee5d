// @ts-check
import ts from 'typescript'

/**
 * The types in the signature of a symbol, in the order in which they stand there.
 *
 * @param {ts.Symbol} symbol @param {ts.TypeChecker} checker @returns {ts.Symbol[]}
 */
export function mentionsOf(symbol, checker) {
  /** @type {Set<ts.Symbol>} */
  const found = new Set()
  for (const declaration of symbol.declarations ?? []) if (!isExternal(declaration)) walk(declaration)
  found.delete(symbol)
  return [...found]

  /** @param {ts.Node} node */
  function walk(node) {
    if (isHidden(node) || isImplementation(node)) return
    const named = nameOf(node)
    const mentioned = named && checker.getSymbolAtLocation(named)
    if (mentioned) {
      const real = target(mentioned, checker)
      if (isShape(real)) found.add(real)
    }
    ts.forEachChild(node, walk)
  }
}

/** @param {ts.Node} node */
function nameOf(node) {
  if (ts.isTypeReferenceNode(node)) return node.typeName
  return ts.isExpressionWithTypeArguments(node) ? node.expression : undefined
}

/** Bodies and values are nothing that a signature says. @param {ts.Node} node */
function isImplementation(node) {
  if (ts.isBlock(node)) return true
  return ts.isExpression(node) && !ts.isIdentifier(node) && !ts.isExpressionWithTypeArguments(node)
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

/** Whether a symbol is an interface or a type alias. @param {ts.Symbol} symbol */
export function isShape({ declarations }) {
  return (declarations ?? []).some((one) => ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one))
}

/** What an import or an export stands for. @param {ts.Symbol} symbol @param {ts.TypeChecker} checker */
export function target(symbol, checker) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}
