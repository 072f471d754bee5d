import type { RevocationMessage } from '@sessionward/protocol'
import type { Guard } from '../../../src/guard.js'
import { goodClaims, makeGuard, now, type TestKey } from '../../issuer.js'

/** A guard, and the end of one session. */
export function revocable(key: TestKey): { readonly guard: Guard; end(sid: string): void } {
  let publish: (message: RevocationMessage) => void = () => undefined
  const message = { version: 1, epoch: 'one' } as const
  const guard = makeGuard({
    keys: key.jwk,
    feed: {
      subscribe(receive) {
        publish = receive
        receive({ ...message, watermark: now * 1000, snapshot: true, entries: [] })
        return () => undefined
      },
    },
  })
  return {
    guard,
    end(sid) {
      const entries = [{ sid, reason: 'signed_out', expires: goodClaims.exp + 1000 } as const]
      publish({ ...message, watermark: now * 1000 + 1, snapshot: false, entries })
    },
  }
}
