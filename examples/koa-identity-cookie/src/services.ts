/** What this example uses of scripts/services, which the tests use too: servers that end with this process. */
interface Services {
  readonly services: Readonly<Record<ServiceName, Service>>
  startService(name: ServiceName): Promise<Started>
  startOwnService(name: ServiceName): Promise<Started>
}

interface Service {
  readonly title: string
  /** Of the environment, with the URL of a server that runs already. */
  readonly variable: string
  /** null: there is no program of it on this machine. */
  find(): object | null
}

type Started =
  | {
      readonly missing?: undefined
      readonly version: string
      readonly own: OwnProcess | null
      readonly url: string
      createDatabase(name: string): Promise<string>
      stop(): Promise<void>
    }
  | { readonly missing: string }

interface OwnProcess {
  /** Ends the process, and keeps its port. */
  down(): Promise<void>
  up(): Promise<void>
}

type ServiceName = 'mariadb' | 'mysql' | 'mongodb' | 'redis'

export interface DatabaseServer {
  readonly title: string
  /** Of an empty database. */
  readonly url: string
  stop(): Promise<void>
}

export interface RedisServer extends OwnProcess {
  readonly title: string
  readonly url: string
  stop(): Promise<void>
}

/** Starts what speaks MySQL or MongoDB; undefined where there is none on this machine. */
export async function startDatabase(kind: 'mysql' | 'mongodb'): Promise<DatabaseServer | undefined> {
  const { services, startService, startOwnService } = await loadServices()
  const isGiven = (name: ServiceName) => Boolean(process.env[services[name].variable])
  const names: readonly ServiceName[] = kind === 'mysql' ? ['mysql', 'mariadb'] : ['mongodb']
  // MongoDB is found in a folder of its own, which only the start itself knows.
  const name = names.find(isGiven) ?? names.find((one) => services[one].find() || one === 'mongodb')
  const started = name && (await (isGiven(name) ? startService(name) : startOwnService(name)))
  if (!started || started.missing !== undefined) return undefined
  const { version, own, stop } = started
  const title = /^[\d.]+$/.test(version) ? `${services[name].title} ${version}` : version
  return {
    title: own ? title : `${title} of your own`,
    url: await started.createDatabase(`koa_identity_${process.pid}_${Date.now().toString(36)}`),
    stop,
  }
}

/** Always a process of this example's own: its page stops it. Undefined where Redis is not installed. */
export async function startRedis(): Promise<RedisServer | undefined> {
  const { services, startOwnService } = await loadServices()
  if (!services.redis.find()) return undefined
  const started = await startOwnService('redis')
  if (started.missing !== undefined || !started.own) return undefined
  const { version, url, own, stop } = started
  return { title: `Redis ${version}`, url, down: () => own.down(), up: () => own.up(), stop }
}

async function loadServices(): Promise<Services> {
  // Outside of this example's own sources, so that the path is not known to the compiler.
  const path = new URL('../../../scripts/services/start.mjs', import.meta.url).href
  return await import(/* @vite-ignore */ path)
}
