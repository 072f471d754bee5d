import { errors, isErrorCode, type Verdict } from '@sessionward/protocol'

/** What a client of your own does about an answer: refresh, retry, sign in again or give up. Undefined: it is no error of ours. */
export async function whatToDo(response: Response): Promise<Verdict | undefined> {
  if (response.ok) return undefined
  const { code } = await response.json().catch(() => ({}))
  return isErrorCode(code) ? errors[code].verdict : undefined
}
