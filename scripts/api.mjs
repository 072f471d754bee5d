// @ts-check
import { execFileSync } from 'node:child_process'
import { missingDocstrings } from './api/missing.mjs'
import { apiPage } from './api/page.mjs'
import { readPublicApi } from './api/public-api.mjs'

/**
 * The reference, docs/api/: one page for each package, made from the docstrings of everything public. TypeDoc would bring 23
 * packages, and writes every union out and every member of `Error`; the compiler that is here anyway gives types as they are
 * written.
 *
 * @returns the pages, and what has no docstring yet
 */
export function apiReference() {
  const { packages, checker } = readPublicApi()
  const pages = packages
    .filter(({ entries }) => entries.length > 0)
    .map((pkg) => ({ file: `docs/api/${pkg.folder}.md`, text: apiPage(pkg, packages, checker) }))
  const documents = [...pages, { file: 'docs/api/sessionward.md', text: commandPage() }]
  return { documents, missing: missingDocstrings(packages, checker) }
}

/** The command says itself what its options are. */
function commandPage() {
  const commands = ['dev', 'migrate', 'restore-complete'].map(
    (name) => `## \`sessionward ${name}\`\n\n\`\`\`text\n${helpOf(name)}\n\`\`\``,
  )
  return `<!-- Made by \`npm run docs\` from what \`sessionward --help\` prints. Change it in packages/sessionward/src. -->

# \`sessionward\`

The command. \`npx sessionward dev\` starts an auth server for development; the others are for the operator of a database.

${commands.join('\n\n')}
`
}

/** @param {string} command */
function helpOf(command) {
  const { AUTH_PORT, ...environment } = process.env
  const args = ['packages/sessionward/dist/main.js', command, '--help']
  const text = execFileSync(process.execPath, args, { encoding: 'utf8', env: { ...environment, NO_COLOR: '1' } })
  return text.trim().replace(/[ \t]+$/gm, '')
}
