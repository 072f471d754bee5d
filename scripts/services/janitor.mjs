// @ts-check
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'

// Reads until the pipe ends, which it does even when the one that holds it is killed. Then it ends the process that is in the
// folder's book, removes the folder, and runs the command that comes after it, if any. The folder is renamed first: who is not
// yet in the book cannot enter it any more.
const cleaning = `
# Where nobody collects the dead, a process that ended still has its number, as a zombie.
alive() { kill -0 "$1" && ! grep -q '^State:.*Z' "/proc/$1/status"; }
folder=$1 signal=$2; shift 2
while read -r _; do :; done
mv -- "$folder" "$folder.closed"
if read -r pid < "$folder.closed/process"; then
  kill -"$signal" "$pid"
  tries=0
  while alive "$pid" && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
  alive "$pid" && kill -KILL "$pid"
fi
rm -rf -- "$folder.closed"
"$@"`

// Enters itself in the book, then becomes the program: no moment in which it runs and nobody knows of it.
const entering = 'echo $$ > "$1/process" || exit 1; shift; exec "$@"'

/** Sees to it that nothing of a server stays, however this process ends. */
export class Janitor {
  #folder
  #shell

  /**
   * @param {string} folder
   * @param {NodeJS.Signals} signal how the process in it is ended
   * @param {readonly string[]} [command] run when all is over
   */
  constructor(folder, signal, command = []) {
    this.#folder = folder
    // A session of its own: Ctrl+C in the terminal must not end the one that cleans up after it.
    const args = ['-c', cleaning, 'janitor', folder, signal.replace('SIG', ''), ...command]
    this.#shell = spawn('/bin/sh', args, { cwd: '/', detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
    this.#shell.stdin.on('error', () => {})
    this.#shell.unref()
    const { stdin } = this.#shell
    if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
  }

  /** The command that runs a program under the janitor's eyes. @param {readonly string[]} command @returns {string[]} */
  watched(command) {
    return ['/bin/sh', '-c', entering, 'program', this.#folder, ...command]
  }

  /** The process is gone: its id may be another's tomorrow. */
  forget() {
    rmSync(join(this.#folder, 'process'), { force: true })
  }

  /** Resolves when the folder is gone. */
  async finish() {
    this.#shell.ref()
    const exit = this.#shell.exitCode === null ? once(this.#shell, 'exit') : undefined
    this.#shell.stdin.end()
    await exit
  }
}
