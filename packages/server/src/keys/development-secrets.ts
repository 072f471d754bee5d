import { randomBytes, randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface DevelopmentSecrets {
  /** The secret of the only refresh key. */
  readonly refresh: string
  readonly seal: string
}

/** Secrets for development, created once in a file that only its owner can read. */
export function developmentSecrets(folder: string): DevelopmentSecrets {
  const file = join(folder, 'development-secrets.json')
  const generated = { refresh: randomBytes(48).toString('base64'), seal: randomBytes(48).toString('base64') }
  mkdirSync(folder, { recursive: true })
  // Written to a temporary file and then linked, so that another process never reads half of it.
  const draft = `${file}.${randomUUID()}`
  writeFileSync(draft, `${JSON.stringify(generated, null, 2)}\n`, { mode: 0o600 })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
  return readSecretsFile(file)
}

function readSecretsFile(file: string): DevelopmentSecrets {
  const { refresh, seal } = parseJson(readFileSync(file, 'utf8'))
  if (typeof refresh === 'string' && typeof seal === 'string') return { refresh, seal }
  throw new TypeError(`${file} must contain the strings "refresh" and "seal"; delete it to create new ones`)
}

/** Hides the parser's message, which would quote the secrets. */
function parseJson(text: string): { readonly refresh?: unknown; readonly seal?: unknown } {
  try {
    return (JSON.parse(text) as object | null) ?? {}
  } catch {
    return {}
  }
}
