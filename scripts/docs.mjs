// @ts-check
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errors, problem } from '../packages/protocol/dist/index.js'
import { apiReference } from './api.mjs'

/**
 * Writes the documents that are made from code; `--check` only says whether they are current. The table lives in
 * packages/protocol/src/errors.ts and nowhere else, and the reference, docs/api/, in the docstrings.
 */
const reference = apiReference()
const documents = [
  { file: 'docs/errors.md', text: errorsDocument() },
  ...reference.documents,
  ...[
    'docs/accounts.md',
    'docs/axios.md',
    'docs/axios.zh-CN.md',
    'docs/backends.md',
    'docs/backends.zh-CN.md',
    'docs/business-codes.md',
    'docs/business-codes.zh-CN.md',
    'docs/captcha.md',
    'docs/captcha.zh-CN.md',
    'docs/client.md',
    'docs/client.zh-CN.md',
    'docs/frameworks.md',
    'docs/guard.md',
    'docs/identity-cookie.md',
    'docs/jquery.md',
    'docs/jquery.zh-CN.md',
    'docs/monitoring.md',
    'docs/monitoring.zh-CN.md',
    'docs/moving-in.md',
    'docs/moving-in.zh-CN.md',
    'docs/own-users.md',
    'docs/own-users.zh-CN.md',
    'docs/pages.md',
    'docs/policy.md',
    'docs/policy.zh-CN.md',
    'docs/production.md',
    'docs/production.zh-CN.md',
    'docs/react.md',
    'docs/react.zh-CN.md',
    'docs/sign-in-again.md',
    'docs/vue.md',
    'docs/vue.zh-CN.md',
    'docs/which-setup.md',
    'docs/which-setup.zh-CN.md',
    'examples/koa-identity-cookie/README.md',
    'examples/koa-identity-cookie/README.zh-CN.md',
    'examples/nestjs-vue/README.md',
    'examples/nestjs-vue/README.zh-CN.md',
    'packages/client/README.md',
    'packages/guard/README.md',
    'packages/protocol/README.md',
    'packages/server/README.md',
    'README.md',
    'README.zh-CN.md',
  ].map((file) => ({ file, text: withExamples(file) })),
]

const stale = documents.filter(({ file, text }) => contents(file) !== text)
if (process.argv.includes('--check')) {
  for (const { file } of stale) console.log(`${file} is not what the code says today`)
  process.exitCode = stale.length + reference.missing.length === 0 ? 0 : 1
} else {
  for (const { file, text } of stale) writeFileSync(file, text)
  console.log(`${documents.length} documents, ${stale.length} written`)
}
for (const path of reference.missing) console.log(path)

/**
 * A document with every code block that follows a link to a file of examples/ or runtime-tests/ replaced by that file.
 *
 * @param {string} file
 */
function withExamples(file) {
  const block = /(\]\(([^)\s]+\.(?:[jt]sx?|html|vue))\)[)）]?[:：]\n\n```(?:[jt]sx?|html|vue)\n)[\s\S]*?(```\n)/g
  return (contents(file) ?? '').replace(block, (all, before, link, after) => {
    const example = join(dirname(file), link)
    return /^(examples|runtime-tests)\//.test(example) ? before + contents(example) + after : all
  })
}

function errorsDocument() {
  /** @type {Record<import('../packages/protocol/dist/index.js').Verdict, { means: string, todo: string }>} */
  const verdicts = {
    refresh: { means: 'the access token is at fault', todo: 'refresh once and send the request again' },
    retry: { means: 'a temporary fault; nobody is signed out', todo: 'try again later, or after `Retry-After`' },
    terminal: { means: 'the session is over, and `code` says why', todo: 'ask the person to sign in' },
    fix: { means: 'the request itself is at fault', todo: 'hand it to the caller; the same request would fail again' },
  }
  const sources = ['packages/guard/src', 'packages/server/src'].map(sourceOf).join()
  const rows = Object.entries(errors).map(([code, { status, verdict, title }]) => {
    const reserved = sources.includes(`'${code}'`) ? '' : ' \\*'
    return `| \`${code}\`${reserved} | ${status} | \`${verdict}\` | ${title} |`
  })
  return `<!-- Made by \`npm run docs\` from packages/protocol/src/errors.ts. Change it there. -->

# Errors

Auth servers and guards answer every error as \`application/problem+json\` (RFC 9457):

\`\`\`json
${JSON.stringify(problem('access_token_expired'), null, 2)}
\`\`\`

\`code\` is one of the table below and never changes its meaning. \`title\` is a sentence for a person, and \`detail\`, where
present, says what was wrong with this request. Neither ever contains a token, a password or a key.

A system with codes of its own can have every answer as \`{ code, message, data }\`: see [business codes](business-codes.md).

## Verdicts

A client does not need to know the codes. \`verdict\` says what to do:

| verdict | what it means | what a client does |
|---|---|---|
${Object.entries(verdicts)
  .map(([verdict, { means, todo }]) => `| \`${verdict}\` | ${means} | ${todo} |`)
  .join('\n')}

A client that is not signed in ignores \`refresh\`.

## Codes

| code | status | verdict | title |
|---|---|---|---|
${rows.join('\n')}

\\* Reserved: no server answers it yet.
`
}

/** All that a package's sources say: a code that stands nowhere in them cannot be answered. @param {string} folder */
function sourceOf(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  return files.map((file) => readFileSync(join(folder, file), 'utf8')).join()
}

/** @param {string} file */
function contents(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
