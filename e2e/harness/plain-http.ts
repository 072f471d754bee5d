import type { ClientOptions } from '@sessionward/client'
import { blankPage, isRefresh, type System } from '@sessionward/example-harness'
import { requestListener } from '@sessionward/server/node'
import type { BrowserContext, Page } from 'playwright-core'
import { openPageOf } from './page-client.js'
import { openSystem } from './system.js'

/** A system as on an intranet: page and auth server on one origin of plain http, which browsers call insecure. */
export interface PlainHttp {
  readonly system: System
  open(context: BrowserContext, options?: Pick<ClientOptions, 'live'>): Promise<Page>
  /** From now on no refresh is answered. @returns a function that ends that for those to come. */
  hangRefreshes(): () => void
  /** Resolves when a refresh has come that is not answered. */
  hanging(): Promise<void>
}

export async function openPlainHttp(): Promise<PlainHttp> {
  const system = await openSystem({ pageHost: 'app.test' })
  const answer = requestListener(system.auth.server)
  let hangs = false
  let noticed = () => {}
  const notice = new Promise<void>((resolve) => {
    noticed = resolve
  })
  system.page.serve((request, response) => {
    if (hangs && isRefresh(request)) noticed()
    else if (request.url!.startsWith('/auth/')) answer(request, response)
    else blankPage(request, response)
  })
  return {
    system,
    open: (context, options) => openPageOf(system, context, { server: system.page.url, patience: 0, ...options }),
    hangRefreshes() {
      hangs = true
      return () => {
        hangs = false
      }
    },
    hanging: () => notice,
  }
}
