import { withoutUserInfo } from '../../logger.js'

/**
 * What a driver threw, without the user and the password of the URLs that it quotes. A store hands on a driver's error as the
 * error itself or as its cause, and an application may log all of it. The error is changed in place, so that it stays what
 * `instanceof` and the driver's own code say it is.
 *
 * It changes the strings of the error, of its cause and of the errors of an AggregateError, and nothing else that a driver attaches.
 */
export function withoutUrlPasswords<T>(thrown: T, seen = new Set<unknown>()): T {
  if (typeof thrown !== 'object' || thrown === null || seen.has(thrown)) return thrown
  seen.add(thrown)
  for (const name of Object.getOwnPropertyNames(thrown)) {
    const value: unknown = Reflect.get(thrown, name)
    if (typeof value === 'string') {
      const text = name === 'stack' ? linesWithoutUserInfo(value) : withoutUserInfo(value)
      // `set` answers false where the property is read-only: the error itself matters more.
      if (text !== value) Reflect.set(thrown, name, text)
    } else if (name === 'cause') {
      withoutUrlPasswords(value, seen)
    } else if (name === 'errors' && Array.isArray(value)) {
      for (const one of value) withoutUrlPasswords(one, seen)
    }
  }
  return thrown
}

/** The places in a stack are URLs too (`file://`), whose folders may begin with @. */
function linesWithoutUserInfo(stack: string): string {
  return stack
    .split('\n')
    .map((line) => (/^ +at /.test(line) ? line : withoutUserInfo(line)))
    .join('\n')
}
