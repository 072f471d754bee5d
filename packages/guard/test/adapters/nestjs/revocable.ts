import type { RevocationMessage } from '@sessionward/protocol'
import type { Guard } from '../../../src/guard.js'
import { goodClaims, makeGuard, now, type TestKey } from '../../issuer.js'

/** A guard, the end of one session, and a change of the profile of its subject. */
export function revocable(
  key: TestKey,
  clock: () => number = () => now * 1000,
): { readonly guard: Guard; end(sid: string): void; change(version: number): void } {
  let publish: (message: RevocationMessage) => void = () => undefined
  const message = { version: 1, epoch: 'one' } as const
  const guard = makeGuard({
    keys: key.jwk,
    now: clock,
    feed: {
      subscribe(receive) {
        publish = receive
        receive({ ...message, watermark: clock(), snapshot: true, entries: [] })
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
    change(version) {
      const entries = [{ sub: goodClaims.sub, pv: version, expires: goodClaims.exp }]
      publish({ ...message, watermark: clock(), snapshot: false, entries })
    },
  }
}
