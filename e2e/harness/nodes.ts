import { onTestFinished } from 'vitest'
import { guardCredential, testSecrets } from '../../packages/server/test/harness/secrets.js'
import { bundle, Child } from '../../packages/server/test/store/processes/child.js'
import { type RoundRobin, roundRobin } from './round-robin.js'

/** Auth servers in processes of their own on one database, behind a balancer. */
export class Nodes {
  readonly #program: string
  readonly #settings: object
  readonly #children: Child[] = []
  readonly #all: Child[] = []
  readonly #urls: string[]
  readonly balancer: RoundRobin
  readonly guardCredential = guardCredential

  private constructor(program: string, settings: object, urls: string[], balancer: RoundRobin) {
    this.#program = program
    this.#settings = settings
    this.#urls = urls
    this.balancer = balancer
  }

  /** Starts so many; their secrets are the same, their issuer is the balancer. Killed with the story. */
  static async start(count: number, { database, ...more }: NodesOptions): Promise<Nodes> {
    const program = await bundle(new URL('./node.ts', import.meta.url))
    const urls = Array.from({ length: count }, () => '')
    const balancer = await roundRobin(urls)
    const settings = { database, issuer: balancer.url, secrets: testSecrets(), ...more }
    const nodes = new Nodes(program.file, settings, urls, balancer)
    onTestFinished(async () => {
      await nodes.killAll()
      program.remove()
    })
    await nodes.startAll()
    return nodes
  }

  /** Where the nodes are, past the balancer. */
  get urls(): readonly string[] {
    return this.#urls
  }

  /** What happened on all of them since the beginning, also on those that have been killed: types of events. */
  get events(): readonly string[] {
    return this.#all.flatMap((child) => child.lines.slice(1))
  }

  /** Starts one, at a port of its own, and resolves when it is ready. */
  async startNode(index: number): Promise<void> {
    // What a node says of a database that was taken from it is no news here.
    const child = new Child(process.execPath, '--no-warnings', this.#program)
    this.#children[index] = child
    this.#all.push(child)
    child.say(JSON.stringify(this.#settings))
    await child.printed(1)
    this.#urls[index] = child.lines[0]!
    this.balancer.pass(index)
  }

  /** Ends one as kill -9 does. */
  async kill(index: number): Promise<void> {
    await this.#children[index]?.kill()
  }

  async startAll(): Promise<void> {
    await Promise.all(this.#urls.map((_, index) => this.startNode(index)))
  }

  async killAll(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.kill()))
  }
}

interface NodesOptions {
  /** URL, as `openStore` reads it. */
  readonly database: string
  /** File for the journal of revocations. */
  readonly journal?: string
  readonly confirmation?: 'on-use' | 'strict'
}
