import { type ErrorCode, errors, type Verdict } from './errors.js'
import { unknownOption } from './option-names.js'

/** A number, or a string such as `"10415"`. It is sent as it is written in the options. */
export type BusinessCode = number | string

/** A sentence for a person, by error code; `ok` for an answer that succeeded. */
export type Messages = Readonly<Partial<Record<ErrorCode | 'ok', string>>>

/** Options of `envelope`. An unknown name is refused. */
export interface EnvelopeOptions {
  /** The code of an answer that succeeded, such as 10200. */
  readonly ok: BusinessCode
  /**
   * The codes of errors. The code of an error is the entry of its own name, else the one of its verdict (`refresh`, `terminal`,
   * `retry`, `fix`), else `default`. Every error must have one.
   */
  readonly codes: Readonly<Partial<Record<ErrorCode | Verdict | 'default', BusinessCode>>>
  /** `200`: every answer that has a body is HTTP 200. Default `keep`. */
  readonly status?: 'keep' | 200
  /** Names of the members. Default `{ code: 'code', message: 'message', data: 'data' }`. */
  readonly fields?: Partial<Fields>
  /**
   * The messages: a table, or a function that is called once for each code. Default, also where an entry is missing: the English
   * sentences of the error table, and `OK`. `chineseMessages` is a table.
   */
  readonly messages?: Messages | ((code: ErrorCode | 'ok') => string)
}

/** Names of the members of an envelope. */
export interface Fields {
  /** Name of the code. Default `code`. */
  readonly code: string
  /** Name of the sentence. Default `message`. */
  readonly message: string
  /** Name of what was answered. Default `data`. */
  readonly data: string
}

/** {@link EnvelopeOptions}, complete and checked. */
export interface EnvelopeConfig {
  readonly ok: BusinessCode
  readonly codes: Readonly<Record<ErrorCode, BusinessCode>>
  readonly messages: Readonly<Record<ErrorCode | 'ok', string>>
  readonly fields: Fields
  readonly status: 'keep' | 200
}

const errorCodes = Object.keys(errors) as ErrorCode[]
const verdicts: readonly Verdict[] = ['refresh', 'terminal', 'retry', 'fix']
const messageNames = ['ok', ...errorCodes] as const

/** @throws TypeError that names the option and what was expected */
export function readEnvelopeOptions(options: EnvelopeOptions): EnvelopeConfig {
  if (!isObject(options)) throw new TypeError('envelope: must be an object such as { ok, codes }')
  refuseUnknown(options, ['ok', 'codes', 'status', 'fields', 'messages'])
  const { ok, status = 'keep' } = options
  if (status !== 'keep' && status !== 200) throw new TypeError("status: must be 'keep' or 200")
  requireCode('ok', ok)
  const codes = readCodes(options.codes)
  const same = errorCodes.find((each) => isSame(codes[each], ok))
  if (same) throw new TypeError(`envelope: codes: ${same} is ${ok}, which is also \`ok\`; give it another code`)
  return { ok, codes, status, fields: readFields(options.fields), messages: readMessages(options.messages) }
}

function readCodes(given: EnvelopeOptions['codes']): EnvelopeConfig['codes'] {
  if (!isObject(given))
    throw new TypeError('envelope: codes: must be an object such as { refresh: 10415, default: 10500 }')
  refuseUnknown(given, [...errorCodes, ...verdicts, 'default'], 'codes')
  for (const [name, code] of Object.entries(given)) requireCode(`codes.${name}`, code)
  const codes = Object.fromEntries(
    errorCodes.map((each) => [each, given[each] ?? given[errors[each].verdict] ?? given.default]),
  )
  const missing = errorCodes.find((each) => codes[each] === undefined)
  if (missing) {
    const verdict = errors[missing].verdict
    throw new TypeError(
      `envelope: codes: ${missing} has no code; add \`${missing}\`, its verdict \`${verdict}\`, or \`default\``,
    )
  }
  refuseAmbiguous(codes as EnvelopeConfig['codes'])
  return codes as EnvelopeConfig['codes']
}

/** A client that reads only the number must be able to tell whether to refresh or to sign in. */
function refuseAmbiguous(codes: EnvelopeConfig['codes']): void {
  const withVerdict = (verdict: Verdict) => errorCodes.filter((each) => errors[each].verdict === verdict)
  for (const refresh of withVerdict('refresh')) {
    const terminal = withVerdict('terminal').find((each) => isSame(codes[each], codes[refresh]))
    if (!terminal) continue
    throw new TypeError(
      `codes: ${refresh} (verdict refresh) and ${terminal} (verdict terminal) are both ${codes[refresh]}, so a client that reads only the code cannot tell whether to refresh or to ask for a sign-in; give one of them another code`,
    )
  }
}

function readFields(given: Partial<Fields> = {}): Fields {
  if (!isObject(given)) throw new TypeError('envelope: fields: must be an object such as { code, message, data }')
  refuseUnknown(given, ['code', 'message', 'data'], 'fields')
  const fields = { code: 'code', message: 'message', data: 'data', ...given }
  const names = Object.values(fields)
  if (!names.every((name) => typeof name === 'string' && name !== '' && name !== '__proto__')) {
    throw new TypeError('envelope: fields: must be names of members, such as { code: "errcode" }')
  }
  if (new Set([...names, 'problem']).size <= names.length) {
    throw new TypeError('envelope: fields: must be three different names, and none may be "problem"')
  }
  return fields
}

function readMessages(given: EnvelopeOptions['messages'] = {}): EnvelopeConfig['messages'] {
  if (typeof given !== 'function' && !isObject(given)) {
    throw new TypeError('envelope: messages: must be a table such as chineseMessages, or a function (code)')
  }
  if (typeof given === 'object') refuseUnknown(given, messageNames, 'messages')
  const messages = messageNames.map((name) => [name, readMessage(name, given)] as const)
  return Object.fromEntries(messages) as EnvelopeConfig['messages']
}

function readMessage(name: ErrorCode | 'ok', given: NonNullable<EnvelopeOptions['messages']>): string {
  const english = name === 'ok' ? 'OK' : errors[name].title
  const message = typeof given === 'function' ? given(name) : (given[name] ?? english)
  if (typeof message !== 'string') throw new TypeError(`envelope: messages: ${name} must be a string`)
  return message
}

function requireCode(option: string, code: unknown): void {
  const fits = typeof code === 'string' ? code !== '' : Number.isSafeInteger(code)
  if (!fits) throw new TypeError(`envelope: ${option}: must be a whole number or a non-empty string, such as 10200`)
}

/** Compared as strings, because clients may do so: `10415` and `"10415"` are the same. */
function isSame(one: BusinessCode, other: BusinessCode): boolean {
  return String(one) === String(other)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refuseUnknown(options: object, known: readonly string[], path?: string): void {
  const wrong = unknownOption(options, known, path)
  if (wrong !== undefined) throw new TypeError(`envelope: ${wrong}`)
}
