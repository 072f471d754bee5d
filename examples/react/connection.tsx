import { useClientState } from '@sessionward/client/react'

export function Connection() {
  return useClientState() === 'degraded' ? <p role="status">The sign-in server is unavailable.</p> : null
}
