import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterEach, onTestFinished, test, vi } from 'vitest'
import type { Own } from '../../../../scripts/services/service.mjs'
import { type OutageServer, outages } from '../../src/store/conformance.js'

/** A test for each case of outages that this server can bring about. A server may need half a minute to recover. */
export function testOutages(server: OutageServer): void {
  for (const { title, run } of outages.filter((one) => server[one.needs])) test(title, () => run(server), 90_000)
}

/** How a server of our own is taken down. It is up again after each test of the file. */
export function takenDown(own: () => Own | undefined): Pick<OutageServer, 'stop' | 'restart' | 'freeze'> {
  const restart = async () => own()?.up()
  afterEach(async () => {
    if (own() && own()!.pid === undefined) await restart()
  })
  return {
    stop: async (how) => own()!.down(how === 'killed' ? 'SIGKILL' : undefined),
    restart,
    freeze: () => freeze(own()!.pid!),
  }
}

/** Stops a process and its children, as a disk that hangs does. @returns what lets them go on; at the latest the test's end does. */
export async function freeze(pid: number): Promise<() => void> {
  // First the parent, which has no more children then.
  process.kill(pid, 'SIGSTOP')
  const pids = [pid, ...childrenOf(pid)]
  signal(pids, 'SIGSTOP')
  const thaw = () => signal(pids, 'SIGCONT')
  onTestFinished(thaw)
  // The kernel stops one thread after the other.
  await vi.waitUntil(() => pids.every(isStopped), { timeout: 25_000 })
  return thaw
}

function childrenOf(pid: number): readonly number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  const pairs = stdout.split('\n').map((line) => line.trim().split(/ +/).map(Number))
  return pairs.filter(([, parent]) => parent === pid).map(([child]) => child!)
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // It has ended.
    }
  }
}

/** Whether each thread has stopped or ended. Only Linux says so. */
function isStopped(pid: number): boolean {
  const tasks = `/proc/${pid}/task`
  if (!existsSync(tasks)) return true
  return readdirSync(tasks).every((task) => /\) [TZX]/.test(readFileSync(`${tasks}/${task}/stat`, 'utf8')))
}
