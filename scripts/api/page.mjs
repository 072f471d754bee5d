// @ts-check
import ts from 'typescript'
import { itemText, link } from './item.mjs'

/** @typedef {import('./public-api.mjs').Package} Package @typedef {import('./public-api.mjs').Item} Item */
/** @typedef {{ title: string, items: readonly Item[] }} Group */

/**
 * The page of one package. A web engineer reads it: each entry says what it offers, then each export in full.
 *
 * @param {Package} pkg @param {readonly Package[]} packages all of them, for links @param {ts.TypeChecker} checker
 */
export function apiPage(pkg, packages, checker) {
  const links = new Map(
    packages.flatMap((one) =>
      [...anchorsOf(one)].map(([symbol, anchor]) => [symbol, `${one === pkg ? '' : `${one.folder}.md`}#${anchor}`]),
    ),
  )
  const sections = pkg.entries.map((entry) => {
    const groups = groupsOf(entry)
    const items = groups.flatMap((group) => group.items)
    const again = entry.elsewhere.map((item) => link(item, links)).join(', ')
    return [
      `## \`${entry.specifier}\``,
      ...(items.length > 0 ? [items.map((item) => link(item, links)).join(' · ')] : []),
      ...(again ? [`Explained at another entry, and exported here too: ${again}.`] : []),
      ...groups.flatMap((group) => [
        `### ${group.title}`,
        ...group.items.map((item) => itemText(item, { checker, links })),
      ]),
    ].join('\n\n')
  })
  return `<!-- Made by \`npm run docs\` from the docstrings of packages/${pkg.folder}/src. Change them there. -->

# \`${pkg.name}\`

${pkg.description}.

Durations are in seconds and instants in milliseconds since the epoch, unless stated otherwise. A name with \`?\` can be left
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
function kindOf({ declarations }) {
  if (declarations.some(ts.isFunctionDeclaration)) return 'function'
  if (declarations.some(ts.isClassDeclaration)) return 'class'
  const variable = declarations.find(ts.isVariableDeclaration)
  if (!variable) return 'type'
  return variable.initializer && ts.isArrowFunction(variable.initializer) ? 'function' : 'value'
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
