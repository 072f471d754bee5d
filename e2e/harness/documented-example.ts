import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'
import { bundle } from '../../packages/server/test/store/processes/child.js'

const examples = join(import.meta.dirname, '../../examples')
const cache = join(import.meta.dirname, '../../node_modules/.cache')

/**
 * Copies a file that the README or another document shows, with other ports and origins, to where it finds the packages.
 *
 * @param name path below `examples`
 * @param replacements What to write in place of what. Each must occur, or the document shows something else than is tested.
 */
export function copyExample(name: string, replacements: Readonly<Record<string, string>>): string {
  let text = readFileSync(join(examples, name), 'utf8')
  for (const [from, to] of Object.entries(replacements)) {
    if (!text.includes(from)) throw new Error(`${name} does not contain ${from}`)
    text = text.replaceAll(from, to)
  }
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'example-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, basename(name))
  writeFileSync(file, text)
  return file
}

/** Runs a file that a document shows as a program, in an empty folder. Ended with the story. */
export async function runExample(
  name: string,
  replacements: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const program = await bundle(pathToFileURL(copyExample(name, replacements)))
  onTestFinished(program.remove)
  const child = spawn(process.execPath, ['--no-warnings', program.file], {
    cwd: emptyFolder(),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const closed = once(child, 'close')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await closed
  })
}

export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sessionward-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
