import type { Vault, VaultRecord, VaultTools } from './vault.js'

/** Milliseconds that another tab has to answer. */
const askTimeout = 150

type Session = NonNullable<VaultRecord['session']>

/** The part of a record that must not outlive the browser, and the version that it belongs to. */
interface Secret extends Pick<Session, 'refreshToken' | 'tokens'> {
  readonly version: number
}

type Message = { readonly secret: Secret } | { readonly secret?: undefined; readonly wanted: number }

/**
 * A vault that keeps the tokens of a session with `remember: false` in the open tabs alone: in their `sessionStorage`, so
 * that a reload finds them. A new tab asks the others; when the last one closes they are gone, and the session with them.
 * The shared vault says only whose session it is; it holds no token.
 */
export function openTabsVault(shared: Vault, name: string, tools: VaultTools): Vault {
  const secrets = keepSecrets(`${name} until closed`)
  const channel = tools.openChannel(`${name} until closed`)
  let arrived = () => {}
  const post = (message: Message) => channel?.postMessage(message)
  const answer = (message: Message) => {
    if (message.secret) {
      secrets.keep(message.secret)
      arrived()
    } else {
      const secret = secrets.find(message.wanted)
      if (secret) post({ secret })
    }
  }
  if (channel) channel.onmessage = ({ data }) => answer(data)

  /** Stores the secrets before the rest is written: a tab that crashes in between still has both generations. */
  const split = (record: VaultRecord): VaultRecord => {
    if (record.session?.remember !== false) return record
    const { version } = record
    const { refreshToken, tokens, ...session } = record.session
    const secret = { version, refreshToken, tokens }
    secrets.keep(secret)
    post({ secret })
    return { version, session: { ...session, refreshToken: undefined } }
  }
  const join = (record: VaultRecord): VaultRecord | undefined => {
    const { version, ...secret } = secrets.find(record.version) ?? {}
    return version === undefined ? undefined : { version, session: { ...(record.session as Session), ...secret } }
  }
  const requestSecret = async (wanted: number) => {
    if (!channel) return
    await new Promise<void>((resolve) => {
      arrived = resolve
      tools.after(askTimeout, resolve)
      post({ wanted })
    })
  }

  return async (change) => {
    let before: VaultRecord | undefined
    const attempt = async (last: boolean) => {
      let missing: number | undefined
      await shared((record) => {
        const whole = record?.session?.remember === false ? join(record) : record
        missing = whole ? undefined : record?.version
        before = whole ?? record
        if (missing !== undefined && !last) return undefined
        const next = change(before)
        return next && split(next)
      })
      return missing
    }
    const missing = await attempt(false)
    if (missing !== undefined) {
      await requestSecret(missing)
      await attempt(true)
    }
    return before
  }
}

/** The two newest, in `sessionStorage` and, where that cannot be used, in memory alone. */
function keepSecrets(key: string) {
  let own: readonly Secret[] = []
  const read = (): readonly Secret[] => {
    try {
      return JSON.parse(sessionStorage.getItem(key) ?? 'null') ?? own
    } catch {
      return own
    }
  }
  return {
    find: (version: number) => read().find((secret) => secret.version === version),
    keep(secret: Secret) {
      own = [secret, ...read().filter(({ version }) => version < secret.version)].slice(0, 2)
      try {
        sessionStorage.setItem(key, JSON.stringify(own))
      } catch {
        // In memory until the page closes.
      }
    },
  }
}
