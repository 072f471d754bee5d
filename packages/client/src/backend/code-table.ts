import type { EndedReason } from './backend-errors.js'
import { valueAt } from './field-path.js'
import type { BackendCode, CodeTable } from './json-options.js'
import type { JudgedAnswer } from './judged-answer.js'

/** What a code means; undefined if it is not about tokens. */
export type CodeMeaning = 'ok' | 'expired' | EndedReason | undefined

/** The code of an answer as text; undefined if it has none. */
export function codeOf(answer: JudgedAnswer, { field = 'code' }: CodeTable): string | undefined {
  const code = typeof field === 'string' ? valueAt(field, answer.body) : field(answer)
  return typeof code === 'number' || typeof code === 'string' ? String(code) : undefined
}

export function meaningOf(code: string | undefined, { ok, expired, ended = {} }: CodeTable): CodeMeaning {
  if (code === undefined) return undefined
  if (includes(ok, code)) return 'ok'
  if (includes(expired, code)) return 'expired'
  return Object.hasOwn(ended, code) ? ended[code] : undefined
}

function includes(codes: CodeTable['ok'], code: string): boolean {
  return [codes ?? []].flat().some((one: BackendCode) => String(one) === code)
}
