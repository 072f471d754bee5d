// @ts-check
import ts from 'typescript'

/**
 * A docstring in its parts.
 *
 * @typedef {object} Docstring
 * @property {string} text
 * @property {ReadonlyMap<string, string>} params
 * @property {string | undefined} returns
 * @property {readonly string[]} throws
 */

/** The docstring of the first declaration that has one. @param {readonly ts.Node[]} nodes @returns {Docstring} */
export function docstringOf(nodes) {
  const docs = nodes.flatMap((node) => ts.getJSDocCommentsAndTags(commented(node)).filter(ts.isJSDoc))
  // Of several in a row only the last belongs to the declaration.
  const doc = docs.at(-1)
  const { text, rest } = split(paragraphs(doc?.comment))
  const tags = [...rest]
  /** @type {Map<string, string>} */
  const params = new Map()
  for (const tag of doc?.tags ?? []) {
    const comment = paragraphs(tag.comment)
    if (ts.isJSDocParameterTag(tag)) params.set(tag.name.getText(), comment.replace(/^-\s*/, ''))
    else {
      const inner = split(comment)
      tags.push({ name: tag.tagName.text, text: inner.text }, ...inner.rest)
    }
  }
  const of = (/** @type {string} */ name) => tags.filter((tag) => tag.name === name).map((tag) => tag.text)
  return { text, params, returns: of('returns')[0], throws: of('throws') }
}

/** The statement of a variable holds its docstring. @param {ts.Node} node */
function commented(node) {
  return ts.isVariableDeclaration(node) ? node.parent.parent : node
}

/** A tag in the middle of a line is text to TypeScript. @param {string} comment */
function split(comment) {
  const [text = '', ...parts] = comment.split(/(?:^|\s)@(throws|returns)\s/)
  const rest = []
  for (let i = 0; i + 1 < parts.length; i += 2) rest.push({ name: parts[i] ?? '', text: (parts[i + 1] ?? '').trim() })
  return { text: text.trim(), rest }
}

/**
 * Without the line breaks of the source, which mean nothing; paragraphs, lists and indented code stay.
 *
 * @param {string | ts.NodeArray<ts.JSDocComment> | undefined} comment
 */
function paragraphs(comment) {
  const text = ts.getTextOfJSDocComment(comment) ?? ''
  return text
    .replace(/\{@link\s+([^}|]+?)\s*\}/g, '`$1`')
    .split(/\n\s*\n/)
    .map((paragraph) =>
      /^ {4}/.test(paragraph) ? fenced(paragraph) : paragraph.replace(/\n(?!\s*- )\s*/g, ' ').trim(),
    )
    .join('\n\n')
}

/** @param {string} code */
function fenced(code) {
  return `\`\`\`ts\n${code.replace(/^ {4}/gm, '').trimEnd()}\n\`\`\``
}
