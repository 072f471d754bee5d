import { attachAxios } from '@sessionward/client/axios'

/** Signs each attempt anew: a server that refuses a nonce that it has seen accepts the replay too. */
export function attachSigned(instance, client, signature) {
  return attachAxios(instance, client, {
    async sign(config) {
      const nonce = crypto.randomUUID()
      const timestamp = String(Date.now())
      config.headers.set('X-Nonce', nonce)
      config.headers.set('X-Timestamp', timestamp)
      config.headers.set('X-Signature', await signature(nonce + timestamp + (config.data ?? '')))
    },
  })
}
