import type { Context, Middleware } from 'koa'
import type { Mountable } from './node.js'
import { createNodeHandler, pathOf } from './node-handler.js'
import { restoreBody } from './parsed-body.js'

/**
 * The auth server as Koa middleware: `app.use(mount(auth))`, in Koa 2.13 and later, and 3. All other requests continue to the next
 * middleware.
 *
 * Mount it before body parsers. It works after them too, but then your application answers bodies that the parser cannot read, and
 * its message may contain them. The answer is written directly to Node's response: earlier middleware can add headers before `next()`
 * but not after it.
 *
 * The client's address is `ctx.ip`, so Koa's `app.proxy` decides whether a proxy's header is used. Of a list of addresses the last
 * one is used, which the nearest proxy added; behind several proxies set `app.maxIpsCount` to their number.
 */
export function mount(auth: Mountable): Middleware {
  const handle = createNodeHandler(auth)
  return async (ctx, next) => {
    if (!auth.owns(pathOf(ctx.originalUrl))) return next()
    const { body, rawBody } = ctx.request as { body?: unknown; rawBody?: unknown }
    const failure = restoreBody(ctx.req, rawBody ?? body)
    // Koa must not respond itself, and `koa-mount` removes the mount path from `url`.
    ctx.respond = false
    ctx.req.url = ctx.originalUrl
    await handle(ctx.req, ctx.res, () => ({ ...failure, address: addressOf(ctx) }))
  }
}

/** Without `maxIpsCount`, Koa takes the first address of a list, and that is whatever the client has written. */
function addressOf({ app, ip, ips }: Context): string {
  const isFirst = app.maxIpsCount === 0 && ip === ips[0]
  return isFirst ? ips.at(-1)! : ip
}
