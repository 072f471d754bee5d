import type { Profile } from '../directory/directory.js'

/** A profile as JSON; undefined if JSON cannot represent a value in it, such as a Date. */
export function stringifyProfile(profile: Profile): string | undefined {
  try {
    return isJson(profile) ? JSON.stringify(profile) : undefined
  } catch {
    // A circular structure.
    return undefined
  }
}

/** Parses a profile; undefined if the JSON is not one. */
export function parseProfile(json: string): Profile | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return isProfile(value) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * Whether a value survives a round trip through JSON. Undefined members may be dropped, as in every answer, and database rows count
 * as plain objects whatever their prototype.
 */
function isJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (Array.isArray(value)) return Array.from(value).every(isJson)
  if (!isRecord(value) || 'toJSON' in value || Object.prototype.toString.call(value) !== '[object Object]') return false
  return Object.values(value).every((member) => member === undefined || isJson(member))
}

function isProfile(value: unknown): value is Profile {
  if (!isRecord(value) || !isRecord(value.user)) return false
  const { scope, version, claims } = value
  return (
    (scope === undefined || typeof scope === 'string') &&
    (version === undefined || typeof version === 'number') &&
    (claims === undefined || isRecord(claims))
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
