import type { AuthServer } from '@sessionward/server'
import express, { Router } from 'express'
import { accessTokenLifetime, type ShopOptions } from './shop.js'

const day = 86_400

/** What an administrator or the time would do. Only for this demonstration: anybody who reaches it may use it. */
export function demoRoutes(auth: AuthServer, { clock, accounts }: ShopOptions): Router {
  async function subjects(): Promise<readonly string[]> {
    const found = await Promise.all(accounts.map(({ username }) => auth.accounts!.find({ tenant: '', username })))
    return found.flatMap((account) => account?.subject ?? [])
  }

  const acts: Readonly<Record<string, () => Promise<unknown>>> = {
    expire: async () => clock.advance(accessTokenLifetime + 60),
    'expire-all': async () => clock.advance(15 * day),
    async 'end-sessions'() {
      for (const subject of await subjects()) await auth.sessions.endAll({ subject })
    },
    async disable() {
      for (const subject of await subjects()) await auth.accounts!.setDisabled({ subject }, true)
    },
    async enable() {
      for (const subject of await subjects()) await auth.accounts!.setDisabled({ subject }, false)
    },
  }
  const routes = Router()
  routes.post('/:act', express.json(), async (request, response) => {
    const name = request.params.act
    const act = Object.hasOwn(acts, name) ? acts[name] : undefined
    // A page of another site cannot send JSON without a preflight, which nobody answers here.
    if (!act || !request.is('json')) return void response.status(404).end()
    await act()
    response.status(204).end()
  })
  return routes
}
