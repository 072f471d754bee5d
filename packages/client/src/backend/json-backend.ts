import type { Backend, BackendSource } from './backend.js'
import type { BackendCall, BackendDefinition } from './backend-definition.js'
import { bearer, field, type TokenCarrier } from './carriers.js'
import { codeOf, meaningOf } from './code-table.js'
import { defineBackend } from './define-backend.js'
import {
  checkRefreshed,
  checkSignedIn,
  checkSignedOut,
  type JsonAnswer,
  readAnswer,
  readTokens,
} from './json-answer.js'
import { checkJsonOptions, type Endpoint, type JsonBackendOptions } from './json-options.js'
import type { JudgedAnswer, Judgement } from './judged-answer.js'

/**
 * A backend that answers JSON. Its names, paths and codes are options.
 *
 * @throws TypeError that names the option and what was expected.
 */
export function jsonBackend(options: JsonBackendOptions): BackendSource {
  checkJsonOptions(options)
  return {
    connect: (environment, others): Backend =>
      defineBackend(definitionOf(options, environment.page)).connect(environment, others),
  }
}

/** @param page Origin of the page, which relative URLs begin with. */
function definitionOf(options: JsonBackendOptions, page: string | undefined): BackendDefinition {
  const { url = '', signOut, accessToken: carrier = bearer(), refreshToken = field('refreshToken') } = options
  if (!page && !/^https?:/.test(url)) throw new TypeError('jsonBackend: `url` must be absolute outside a page.')
  const base = (/^https?:/.test(url) ? url : `${page}${url}`).replace(/\/$/, '')
  const isCookie = refreshToken.in === 'cookie'

  async function send(endpoint: Endpoint, call: BackendCall, tokens: Carried, body: object = {}): Promise<JsonAnswer> {
    const { method, path } = methodAndPath(endpoint)
    const sent = { ...body, ...fieldsOf(tokens) }
    const hasBody = method !== 'GET' && Object.keys(sent).length > 0
    const response = await call.fetch(base + path, {
      method,
      headers: {
        Accept: 'application/json',
        ...(hasBody && { 'Content-Type': 'application/json' }),
        ...headersOf(tokens),
      },
      ...(hasBody && { body: JSON.stringify(sent) }),
      // A redirect that is followed would carry the password or the refresh token to wherever it points.
      redirect: 'error',
      ...(isCookie && { credentials: 'include' }),
    })
    return await readAnswer(response, `${method} ${path}`)
  }

  /** An answer that a redirect fetched from another origin says nothing about the session. */
  const isElsewhere = ({ redirected, url }: JudgedAnswer) =>
    redirected && ![new URL(base).origin, page].includes(new URL(url).origin)

  return {
    name: options.name ?? base,
    origins: [new URL(base).origin],
    endpoints: [options.signIn, options.refresh, signOut]
      .filter((one) => one !== undefined)
      .map((one) => base + methodAndPath(one).path),
    transport: isCookie ? 'cookie' : 'body',
    async signIn(input, call) {
      const answer = await send(options.signIn, call, [], input)
      checkSignedIn(answer, options)
      return readTokens(answer, options)
    },
    async refresh(held) {
      const answer = await send(options.refresh, held, [[refreshToken, held.refreshToken]])
      checkRefreshed(answer, options)
      return readTokens(answer, options)
    },
    ...(signOut && {
      async signOut(held) {
        const tokens: Carried = [
          [carrier, held.accessToken],
          [refreshToken, held.refreshToken],
        ]
        checkSignedOut(await send(signOut, held, tokens), options)
      },
    }),
    judge: async (answer) =>
      (await options.judge?.(answer)) || (isElsewhere(answer) ? undefined : judgeByCode(answer, options)),
    tokenHeader: (token) => [carrier.name, carrier.prefix + token],
  }
}

type Carried = readonly (readonly [carrier: TokenCarrier, token: string | undefined])[]

function headersOf(tokens: Carried): Record<string, string> {
  const sent = [...tokens].reverse()
  return Object.fromEntries(
    sent.flatMap(([by, token]) => (by.in === 'header' && token ? [[by.name, by.prefix + token]] : [])),
  )
}

function fieldsOf(tokens: Carried): Record<string, string> {
  return Object.fromEntries(tokens.flatMap(([by, token]) => (by.in === 'field' && token ? [[by.name, token]] : [])))
}

function methodAndPath(endpoint: Endpoint): { readonly method: string; readonly path: string } {
  const [path = '', method = 'POST'] = endpoint.split(' ').reverse()
  return { method, path }
}

function judgeByCode(answer: JudgedAnswer, { code = {}, status = {} }: JsonBackendOptions): Judgement {
  const meaning = meaningOf(codeOf(answer, code), code)
  if (meaning && meaning !== 'ok') return meaning
  return (status.expired ?? [401, 419]).includes(answer.status) ? 'expired' : undefined
}
