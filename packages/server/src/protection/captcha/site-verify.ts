import { createHash } from 'node:crypto'
import type { WidgetCaptcha } from '@sessionward/protocol'
import { checkOptionNames } from '../../input/option-names.js'
import { isObject } from '../../input/values.js'
import { requirePresent } from '../../keys/strong-secret.js'
import {
  type Captcha,
  type CaptchaProvider,
  type CaptchaResponse,
  CaptchaUnavailableError,
  type CaptchaVerdict,
} from './provider.js'

/** Options of `hcaptcha` and `turnstile`, and part of those of `recaptcha`. */
export interface SiteVerifyOptions {
  /** The public key, which the page shows. */
  readonly siteKey: string | undefined
  /** The secret key of the service. Undefined is refused with a message. */
  readonly secret: string | undefined
  /** Host names of the pages whose solutions are valid, such as `['app.example.com']`. */
  readonly hosts: readonly string[]
  /** What to do with a solution for which the service reports no host. `accept` only if your pages cause such ones. Default `refuse`. */
  readonly emptyHost?: 'refuse' | 'accept'
  /** URL of the service's verification endpoint, for a proxy of your own. Default: the service's. */
  readonly verifyUrl?: string
  /** URL of the service's script in the page, such as a mirror. Default: the service's. */
  readonly script?: string
}

/** The service's answer for a valid solution. */
export interface SiteVerifyAnswer {
  readonly hostname?: unknown
  readonly action?: unknown
  readonly score?: unknown
}

/** What differs between the services. */
export interface Service {
  readonly name: string
  readonly kind: WidgetCaptcha['kind']
  readonly verifyUrl: string
  /** URL of the script for a site key. */
  readonly script: (siteKey: string) => string
  /** Additional form fields of the verification request. */
  readonly form?: (siteKey: string) => Readonly<Record<string, string>>
  /** The keys that the service publishes for tests, with which every solution passes. */
  readonly testKeys: RegExp
  /** @returns why a solution that the service accepts is refused nevertheless; undefined if it is not. */
  findProblem(answer: SiteVerifyAnswer, response: CaptchaResponse): string | undefined
}

const optionNames: Readonly<Record<keyof SiteVerifyOptions, true>> = {
  siteKey: true,
  secret: true,
  hosts: true,
  emptyHost: true,
  verifyUrl: true,
  script: true,
}

/** @throws TypeError that names the option and what was expected, never the secret. */
export function siteVerify(service: Service, options: SiteVerifyOptions): CaptchaProvider {
  const { name } = service
  checkOptionNames(name, options, optionNames)
  requirePresent(options.siteKey, `${name}.siteKey`)
  requirePresent(options.secret, `${name}.secret`)
  const { siteKey, secret } = options as { readonly siteKey: string; readonly secret: string }
  const hosts = readHosts(name, options.hosts)
  const { emptyHost = 'refuse', verifyUrl = service.verifyUrl, script = service.script(siteKey) } = options
  if (emptyHost !== 'refuse' && emptyHost !== 'accept') {
    throw new TypeError(`${name}.emptyHost must be one of refuse, accept`)
  }
  if (!URL.canParse(verifyUrl)) throw new TypeError(`${name}.verifyUrl must be a URL`)
  if (!URL.canParse(script)) throw new TypeError(`${name}.script must be a URL`)

  const captcha: Captcha = {
    challenge: async () => ({ kind: service.kind, site_key: siteKey, script }),
    async verify(response): Promise<CaptchaVerdict> {
      const answer = await verifyWithService(service, verifyUrl, {
        ...service.form?.(siteKey),
        secret,
        response: response.response,
      })
      const detail =
        answer === 'wrong'
          ? 'the service does not accept this solution'
          : (hostProblem(answer.hostname, hosts, emptyHost) ?? service.findProblem(answer, response))
      if (detail !== undefined) return { outcome: 'wrong', detail }
      return { outcome: 'passed', value: digest(response.response), retention: maxSolutionLifetime }
    },
  }
  return {
    open({ mode }) {
      if (mode === 'production' && [siteKey, secret].some((key) => service.testKeys.test(key))) {
        throw new TypeError(
          `${name} has a key that its service publishes for tests: everybody would pass in production`,
        )
      }
      return captcha
    },
  }
}

/** Seconds; longer than the lifetime of a solution at any of the services. */
const maxSolutionLifetime = 3600
/** Milliseconds. */
const serviceTimeout = 5000

/** Error codes about the solution. All others are about the service or this server's configuration. */
const wrongCodes: ReadonlySet<unknown> = new Set([
  'missing-input-response',
  'invalid-input-response',
  'expired-input-response',
  'already-seen-response',
  'invalid-or-already-seen-response',
  'timeout-or-duplicate',
])

async function verifyWithService(service: Service, url: string, form: Readonly<Record<string, string>>) {
  const answer = await postForm(service, url, form)
  if (answer.success === true) return answer as SiteVerifyAnswer
  const codes = answer['error-codes']
  if (
    answer.success === false &&
    Array.isArray(codes) &&
    codes.length > 0 &&
    codes.every((code) => wrongCodes.has(code))
  )
    return 'wrong'
  // Only plain words, so that nothing else of the answer reaches the log.
  const errorCodes = Array.isArray(codes) ? codes.filter((code) => /^[a-z-]{1,40}$/.test(String(code))).join(', ') : ''
  throw new CaptchaUnavailableError(
    `${service.name}: the service does not check solutions: ${errorCodes || 'no error code'}`,
  )
}

async function postForm(service: Service, url: string, form: Readonly<Record<string, string>>) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams(form),
      redirect: 'error',
      signal: AbortSignal.timeout(serviceTimeout),
    })
    const answer: unknown = response.ok ? await response.json() : undefined
    if (isObject(answer)) return answer
    throw new Error(`it answered ${response.status}`)
  } catch (cause) {
    throw new CaptchaUnavailableError(`${service.name}: the service cannot be reached`, { cause })
  }
}

function hostProblem(host: unknown, hosts: ReadonlySet<string>, emptyHost: 'refuse' | 'accept'): string | undefined {
  // hCaptcha reports `not-provided`.
  if (host === undefined || host === null || host === '' || host === 'not-provided') {
    return emptyHost === 'accept' ? undefined : 'the service names no host for this solution'
  }
  return hosts.has(String(host).toLowerCase()) ? undefined : 'the captcha was solved on another host'
}

function readHosts(name: string, hosts: readonly string[]): ReadonlySet<string> {
  const all: readonly unknown[] = Array.isArray(hosts) ? hosts : []
  const isHost = (host: unknown) => typeof host === 'string' && /^[a-z0-9.-]+$/i.test(host)
  if (all.length > 0 && all.every(isHost)) return new Set(hosts.map((host) => host.toLowerCase()))
  throw new TypeError(`${name}.hosts must be a list of host names such as ['app.example.com']`)
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
