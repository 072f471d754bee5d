import type { Transport } from '@sessionward/protocol'
import type { Environment } from '../environment.js'
import { momentOf } from '../expiry.js'
import { orAborted } from '../wait.js'
import type { Backend, BackendAnswer, HeldSession } from './backend.js'
import type { BackendCall, BackendDefinition, HeldTokens } from './backend-definition.js'
import { createCallWindow } from './call-window.js'
import { explainNoAnswer } from './explain-no-answer.js'
import { failedCall } from './failed-call.js'
import { checkIssued, tokensOfIssued } from './issued-tokens.js'
import { judgedAnswer, refusalOf } from './judged-answer.js'
import { tokenRefusal } from './token-refusal.js'

interface CheckedDefinition extends BackendDefinition {
  readonly origins: readonly string[]
  readonly endpoints: readonly string[]
  readonly transport: Transport
}

/** `https://api.example.com/refresh` is that address alone, with any query; with a slash at its end, all below it. */
function isBelow(endpoint: string, url: string): boolean {
  return endpoint.endsWith('/') ? url.startsWith(endpoint) : url.split(/[?#]/, 1)[0] === endpoint
}

export function connectBackend(definition: CheckedDefinition, environment: Environment): Backend {
  const { name, origins, endpoints, transport, judge } = definition
  const ownCalls = createCallWindow()

  /** Runs a function of the application: with a deadline, whatever it does with the signal. */
  const call = async <T>(what: string, signal: AbortSignal, run: (call: BackendCall) => Promise<T>): Promise<T> => {
    const close = ownCalls.open()
    const fetch: BackendCall['fetch'] = (input, init) => environment.fetch(new Request(input, { signal, ...init }))
    const running = (async () => await run({ signal, fetch }))()
    return await orAborted(running, signal)
      .catch((cause) => {
        throw signal.aborted ? new DOMException(`${what} had no answer in time.`, 'TimeoutError') : cause
      })
      .finally(close)
  }
  const issue = async (
    verb: 'signIn' | 'refresh',
    signal: AbortSignal,
    held: HeldSession | undefined,
    run: (call: BackendCall) => Promise<unknown>,
  ): Promise<BackendAnswer> => {
    const left = momentOf(environment)
    const what = `\`${verb}\` of the backend ${name}`
    try {
      const issued = await call(what, signal, run)
      checkIssued(issued, what, transport === 'body' && !held)
      const refreshToken = transport === 'body' ? (issued.refreshToken ?? held?.refreshToken) : undefined
      return { tokens: tokensOfIssued(issued, held, left, name), refreshToken }
    } catch (cause) {
      return failedCall(cause)
    }
  }
  const heldTokens = ({
    refreshToken = '',
    sid,
    tokens,
  }: HeldSession): Pick<HeldTokens, 'refreshToken' | 'accessToken'> => ({
    refreshToken,
    accessToken: !sid || tokens?.session.id === sid ? tokens?.accessToken : undefined,
  })

  return {
    name: `sessionward backend ${name}`,
    origins,
    transport,
    single: true,
    signIn: (input, signal) =>
      issue('signIn', signal, undefined, (call) => definition.signIn(input as Record<string, unknown>, call)),
    refresh: (held, signal) =>
      issue('refresh', signal, held, (call) => definition.refresh({ ...heldTokens(held), ...call })),
    async signOut({ everywhere = false, ...held }, signal) {
      const run = async (call: BackendCall) => definition.signOut?.({ ...heldTokens(held), everywhere, ...call })
      try {
        await call(`\`signOut\` of the backend ${name}`, signal, run)
        return { verdict: 'terminal', code: 'signed_out' }
      } catch (cause) {
        // If the session has already ended, it is signed out too.
        return failedCall(cause)
      }
    },
    async judge(view, url) {
      return judge ? refusalOf(await judge(await judgedAnswer(view, url))) : await tokenRefusal(view)
    },
    tokenHeader: (token) => definition.tokenHeader?.(token) ?? ['Authorization', `Bearer ${token}`],
    owns: (url) => ownCalls.isOpen() || endpoints.some((one) => isBelow(one, url)),
    explain: (error, url) => explainNoAnswer(error, url, environment),
  }
}
