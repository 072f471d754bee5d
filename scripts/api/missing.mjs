// @ts-check
import { docstringOf } from './docstring.mjs'
import { membersOf } from './members.mjs'

/** @typedef {import('./members.mjs').Member} Member @typedef {import('./public-api.mjs').Package} Package */

/**
 * Everything public that says nothing of itself, and every option that does not say what happens without it.
 *
 * @param {readonly Package[]} packages @param {import('typescript').TypeChecker} checker
 */
export function missingDocstrings(packages, checker) {
  return packages.flatMap(({ entries }) =>
    entries.flatMap(({ specifier, items, mentioned }) =>
      [...items, ...mentioned].flatMap(({ name, declarations }) => {
        const doc = docstringOf(declarations)
        const found = isEmpty(doc) ? [`${name} has no docstring`] : []
        const own = membersOf(declarations, checker)
        return [...found, ...silent(own, name)].map((path) => `${specifier}: ${path}`)
      }),
    ),
  )
}

/**
 * A text above a type that is written in place may explain its members.
 *
 * @param {readonly Member[]} members @param {string} path @returns {string[]}
 */
function silent(members, path) {
  return members.flatMap((member) => {
    const name = `${path}.${member.name}`
    if (isEmpty(member.doc)) return [`${name} has no docstring`, ...silent(member.members, name)]
    return /Options$/.test(path) && member.optional && !saysDefault(member.doc)
      ? [`${name} does not say its default`]
      : []
  })
}

/** @param {import('./docstring.mjs').Docstring} doc */
function isEmpty({ text, returns }) {
  return text === '' && returns === undefined
}

/** @param {import('./docstring.mjs').Docstring} doc */
function saysDefault({ text }) {
  return /default|without|omitted|required/i.test(text)
}
