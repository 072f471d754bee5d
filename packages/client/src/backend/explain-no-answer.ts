import type { Environment } from '../environment.js'

const hint =
  ' If the server does answer, its answer has no CORS headers: a refusal such as 401 needs `Access-Control-Allow-Origin` too.'

/** A page cannot distinguish an answer without CORS headers from no answer, so the error of a cross-origin request names both. */
export function explainNoAnswer(error: unknown, url: string, { page, online }: Environment): void {
  const { name, code, message } = (error ?? {}) as { name?: string; code?: string; message?: string }
  const noAnswer = name === 'TypeError' || code === 'ERR_NETWORK'
  if (!page || !noAnswer || !online() || new URL(url).origin === page || message?.includes(hint)) return
  Object.assign(error as Error, { message: message + hint })
}
