import type { RequestListener, ServerResponse } from 'node:http'
import { type Origin, openOrigin } from '@sessionward/example-harness'

/** What a process of the server would be. */
export interface Program {
  readonly listener: RequestListener
  close(): void | Promise<void>
}

/** A server on a port of its own that can be stopped, started and restarted, as a process manager does it. */
export interface RestartableServer {
  readonly url: string
  readonly isRunning: boolean
  /** Finished requests, such as `GET /orders 401`. */
  readonly log: readonly string[]
  start(): Promise<void>
  stop(): Promise<void>
  /**
   * The new program is ready before the old one gets no more requests, and the old one answers those that it has.
   *
   * @param onSwitch Called as soon as the new program gets the requests. Default: nothing.
   */
  restart(onSwitch?: () => Promise<void>): Promise<void>
}

/** @param make Called for each start, so a program reads its files anew. It resolves when the program is ready. */
export function restartableServer(opened: Origin, make: () => Promise<Program>): RestartableServer {
  const { url } = opened
  const log: string[] = []
  let origin: Origin | undefined = opened
  let run: Run | undefined

  async function replace(): Promise<Run | undefined> {
    const old = run
    const next = runOf(await make(), log)
    // The port of a stopped server is closed: a request gets no answer at all.
    origin ??= await openOrigin(Number(new URL(url).port))
    origin.serve(next.listener)
    run = next
    return old
  }

  return {
    url,
    log,
    get isRunning() {
      return run !== undefined
    },
    async start() {
      if (!run) await replace()
    },
    async stop() {
      const stopped = [run, origin] as const
      run = origin = undefined
      await stopped[1]?.close()
      await stopped[0]?.close()
    },
    async restart(onSwitch = async () => {}) {
      if (!run) return
      const old = await replace()
      await onSwitch()
      await old?.drained()
      await old?.close()
    },
  }
}

interface Run extends Program {
  /** Resolves when every request has been answered. Event streams do not count: they end with the program. */
  drained(): Promise<void>
}

function runOf(program: Program, log: string[]): Run {
  const open = new Set<ServerResponse>()
  let onEmpty = () => {}
  return {
    listener(request, response) {
      const { method, url } = request
      response.on('finish', () => log.push(`${method} ${url} ${response.statusCode}`))
      if (request.headers.accept !== 'text/event-stream') {
        open.add(response)
        response.on('close', () => {
          open.delete(response)
          if (open.size === 0) onEmpty()
        })
      }
      program.listener(request, response)
    },
    close: () => program.close(),
    drained: () =>
      new Promise((resolve) => {
        onEmpty = resolve
        if (open.size === 0) resolve()
      }),
  }
}
