// @ts-check

/**
 * DocumentDB says what went wrong in SQLSTATEs of its own; these are the codes that MongoDB has for them, as far as a driver or a
 * store looks at them. Any other is an internal error, code 1.
 *
 * @type {Readonly<Record<string, readonly [code: number, name: string]>>}
 */
const codes = {
  M0001: [2, 'BadValue'],
  M0003: [9, 'FailedToParse'],
  M0004: [14, 'TypeMismatch'],
  M0008: [26, 'NamespaceNotFound'],
  M0009: [27, 'IndexNotFound'],
  M000E: [43, 'CursorNotFound'],
  M000F: [48, 'NamespaceExists'],
  M000M: [66, 'ImmutableField'],
  M000N: [67, 'CannotCreateIndex'],
  M000O: [68, 'IndexAlreadyExists'],
  M000R: [85, 'IndexOptionsConflict'],
  M000S: [86, 'IndexKeySpecsConflict'],
  M001C: [11000, 'DuplicateKey'],
  M00CO: [121, 'DocumentValidationFailure'],
  M00EY: [59, 'CommandNotFound'],
  M00F1: [112, 'WriteConflict'],
  M00F6: [251, 'NoSuchTransaction'],
  // PostgreSQL's own: a unique index, a serialisation failure, a deadlock.
  23505: [11000, 'DuplicateKey'],
  '23P01': [11000, 'DuplicateKey'],
  40001: [112, 'WriteConflict'],
  '40P01': [112, 'WriteConflict'],
}

/** @typedef {{ code: number, codeName: string, errmsg: string }} MongoError */

/** @param {string} sqlState @param {string} message @returns {MongoError} */
export function mongoError(sqlState, message) {
  const [code, codeName] = codes[sqlState] ?? [1, 'InternalError']
  return { code, codeName, errmsg: code === 11000 ? `E11000 duplicate key error: ${message}` : message }
}

/** @param {string} codeName @param {string} message @returns {MongoError} */
export function namedError(codeName, message) {
  const [code = 1] = Object.values(codes).find(([, name]) => name === codeName) ?? []
  return { code, codeName, errmsg: message }
}

/**
 * Inside its answers DocumentDB has SQLSTATEs as numbers: five characters of six bits each, counted from '0' (MAKE_SQLSTATE in
 * PostgreSQL's elog.h).
 *
 * @param {number} packed
 */
export function sqlStateOf(packed) {
  return [0, 6, 12, 18, 24].map((shift) => String.fromCharCode(((packed >> shift) & 63) + 48)).join('')
}
