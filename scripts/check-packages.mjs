// @ts-check
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

/**
 * Packs every package as it would be published and looks at the tarball: publint at what package.json promises, attw at
 * whether each entry resolves to its types, with `moduleResolution: node` too. CommonJS is not looked at: the packages are ESM.
 */
const folder = mkdtempSync(join(tmpdir(), 'sessionward-packages-'))
try {
  const names = readdirSync('packages')
  const workspaces = names.map((name) => `--workspace=packages/${name}`)
  const packed = execFileSync('npm', ['pack', '--json', ...workspaces, '--pack-destination', folder], { stdio: 'pipe' })

  const problems = Object.values(JSON.parse(packed.toString())).flatMap(withoutReadme)
  for (const tarball of readdirSync(folder).sort()) {
    const { messages, pkg } = await publint({ pack: { tarball: read(tarball) }, level: 'warning' })
    const found = messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code)
    problems.push(...[...found, ...unresolved(tarball, pkg)].map((problem) => `${pkg.name}: ${problem}`))
  }
  console.log(problems.join('\n'))
  process.exitCode = problems.length === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}

/** What a registry shows first, and what a licence asks for. @param {{ name: string, files: { path: string }[] }} tarball */
function withoutReadme({ name, files }) {
  const missing = ['README.md', 'LICENSE'].filter((file) => !files.some(({ path }) => path === file))
  return missing.map((file) => `${name}: ${file} is not in the tarball`)
}

/** @param {string} tarball */
function read(tarball) {
  return new Uint8Array(readFileSync(join(folder, tarball))).buffer
}

/** @param {string} tarball @param {Record<string, any>} pkg @returns {string[]} */
function unresolved(tarball, pkg) {
  // A command has nothing that could be imported, so no types.
  if (Object.keys(pkg.exports).every((entry) => entry === './package.json')) return []
  const args = [join(folder, tarball), '--profile', 'esm-only', '--format', 'json']
  // For a script tag: nothing is imported from it.
  const scripts = Object.keys(pkg.exports).filter((entry) => entry.endsWith('.min.js'))
  if (scripts.length > 0) args.push('--exclude-entrypoints', ...scripts)
  const { stdout } = spawnSync('node_modules/.bin/attw', args, { encoding: 'utf8' })
  const { analysis } = JSON.parse(stdout)
  if (!analysis.types) return ['has no types']
  const ignored = ['node16-cjs']
  return analysis.problems
    .filter((/** @type {any} */ p) => !ignored.includes(p.resolutionKind))
    .map((/** @type {any} */ p) => `${p.kind} of "${p.entrypoint ?? p.fileName ?? ''}" (${p.resolutionKind ?? 'any'})`)
}
