import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

/** Inside node_modules, so that a bundle finds the libraries, some of which no bundle can hold. */
const cache = fileURLToPath(new URL('../../../../../node_modules/.cache/', import.meta.url))

/** Makes one file of a program and our sources: Node 20 runs no TypeScript, and the tests want no build. */
export async function bundle(program: URL): Promise<{ readonly file: string; remove(): void }> {
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'sessionward-'))
  const file = join(folder, 'program.mjs')
  const build = await rolldown({
    input: fileURLToPath(program),
    platform: 'node',
    external: (id) => !/^([./#]|@sessionward\/)/.test(id),
    resolve: { conditionNames: ['sessionward-source', 'node', 'import', 'default'] },
  })
  await build.write({ file, format: 'esm', codeSplitting: false })
  await build.close()
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** A program that runs. Its lines can be waited for one by one; what it printed before it died is all there. */
export class Child {
  readonly #process: ChildProcess
  readonly #closed: Promise<unknown>
  #text = ''

  constructor(command: string, ...args: readonly string[]) {
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text
    })
    this.#closed = once(this.#process, 'close')
  }

  /** Lines that are whole. */
  get lines(): string[] {
    return this.#text.split('\n').slice(0, -1)
  }

  say(line: string): void {
    this.#process.stdin?.write(`${line}\n`)
  }

  /** Waits until it has printed so many lines. */
  async printed(count: number): Promise<void> {
    while (this.lines.length < count) {
      if (this.#process.exitCode !== null) throw new Error(`the program ended after ${this.lines.length} lines`)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  /** Ends it as a power switch does, and waits for the last of what it printed. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#closed
  }

  async ended(): Promise<number | null> {
    await this.#closed
    return this.#process.exitCode
  }
}
