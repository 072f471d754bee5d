import { LegacyHashError } from '../../directory/legacy-hash-error.js'
import { typeOf } from '../../input/values.js'
import type { HashKind } from './hash-kind.js'

/** Wraps a kind that the application wrote. If a function of it throws or `verify` returns a wrong value, that is a LegacyHashError. */
export function checkedKind(kind: HashKind): HashKind {
  const { name, dummy } = kind
  return {
    name,
    ...(dummy !== undefined && { dummy }),
    recognizes(hash) {
      try {
        return kind.recognizes(hash)
      } catch (error) {
        throw fault(name, 'recognizes', `threw ${nameOf(error)}`)
      }
    },
    async verify(stored, password) {
      const answer: unknown = await verifyOrFail(kind, stored, password)
      if (answer === true || answer === false || answer === 'digest') return answer
      throw fault(name, 'verify', `returned ${typeOf(answer)}; it must be true, false or 'digest'`)
    },
  }
}

async function verifyOrFail(kind: HashKind, ...given: Parameters<HashKind['verify']>): Promise<unknown> {
  try {
    return await kind.verify(...given)
  } catch (error) {
    throw fault(kind.name, 'verify', `threw ${nameOf(error)}`)
  }
}

function fault(kind: string, functionName: string, what: string): LegacyHashError {
  return new LegacyHashError(`users.hashes: ${functionName} of the kind ${kind} ${what}`)
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'a value that is not an Error'
}
