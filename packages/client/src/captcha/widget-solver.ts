import type { CaptchaAction, WidgetCaptcha } from '@sessionward/protocol'
import { CaptchaError } from './captcha-error.js'
import type { Solved, Solver } from './captcha-solver.js'

/** What the scripts of the services have in common. */
interface WidgetLibrary {
  ready?(callback: () => void): void
  render(place: HTMLElement, options: object): unknown
  reset(id: unknown): void
  remove?(id: unknown): void
  execute(siteKey: string, options: { readonly action: CaptchaAction }): PromiseLike<string>
}

interface Service {
  /** Its name in the page. */
  readonly name: 'turnstile' | 'hcaptcha' | 'grecaptcha'
  /** Seconds that its responses live, with some to spare. */
  readonly expiresIn: number
}

const services: Readonly<Record<WidgetCaptcha['kind'], Service>> = {
  turnstile: { name: 'turnstile', expiresIn: 285 },
  hcaptcha: { name: 'hcaptcha', expiresIn: 110 },
  recaptcha: { name: 'grecaptcha', expiresIn: 110 },
  'recaptcha-v3': { name: 'grecaptcha', expiresIn: 110 },
}

/** @throws CaptchaError `unsupported` for a service that this version does not know. */
export function widgetSolver(captcha: WidgetCaptcha, place: HTMLElement, language: string): Solver {
  const service = Object.hasOwn(services, captcha.kind) ? services[captcha.kind] : undefined
  if (!service) throw new CaptchaError('unsupported')
  return captcha.kind === 'recaptcha-v3' ? scoreSolver(captcha, service) : taskSolver(captcha, service, place, language)
}

/** It asks nobody anything. */
function scoreSolver({ script, site_key, action }: WidgetCaptcha, { name, expiresIn }: Service): Solver {
  const execute = async (): Promise<Solved> => {
    const library = await loadLibrary(script, name)
    return { response: await library.execute(site_key, { action }), expiresIn }
  }
  return {
    by: 'itself',
    solve: (signal) =>
      new Promise((resolve, reject) => {
        // Where the service is blocked, its script may neither load nor fail for minutes.
        signal.addEventListener('abort', () => reject(signal.reason))
        execute().then(resolve, reject)
      }),
    remove() {},
  }
}

function taskSolver(
  { script, site_key, action }: WidgetCaptcha,
  { name, expiresIn }: Service,
  place: HTMLElement,
  language: string,
): Solver {
  let drawn: { readonly library: WidgetLibrary; readonly id: unknown } | undefined
  let hear: { resolve(solved: Solved): void; reject(error: CaptchaError): void } | undefined
  const options = {
    sitekey: site_key,
    action,
    language,
    hl: language,
    callback: (response: string) => hear?.resolve({ response, expiresIn }),
    'error-callback': () => hear?.reject(new CaptchaError('unreachable')),
  }
  const draw = async () => {
    const library = await loadLibrary(script, name)
    if (drawn) return library.reset(drawn.id)
    drawn = { library, id: library.render(place, options) }
  }
  return {
    by: 'person',
    solve: (signal) =>
      new Promise((resolve, reject) => {
        hear = { resolve, reject }
        signal.addEventListener('abort', () => reject(signal.reason))
        draw().catch(reject)
      }),
    remove() {
      drawn?.library.remove?.(drawn.id)
      place.replaceChildren()
    },
  }
}

const loading = new Map<string, Promise<void>>()

async function loadLibrary(script: string, name: Service['name']): Promise<WidgetLibrary> {
  const library = () => (window as unknown as Partial<Record<Service['name'], WidgetLibrary>>)[name]
  if (!library()) {
    if (!loading.has(script)) loading.set(script, loadScript(script))
    await loading.get(script)
  }
  const loaded = library()
  if (!loaded) throw new CaptchaError('unreachable')
  await new Promise<void>((resolve) => (loaded.ready ? loaded.ready(resolve) : resolve()))
  return loaded
}

function loadScript(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement('script'), { src: url, async: true })
    script.onload = () => resolve()
    script.onerror = () => {
      // Tried again with the next captcha.
      loading.delete(url)
      script.remove()
      reject(new CaptchaError('unreachable'))
    }
    document.head.append(script)
  })
}
