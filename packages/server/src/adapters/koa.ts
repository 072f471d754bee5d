import type { Middleware } from 'koa'
import type { Mountable } from './node.js'
import { createNodeHandler, pathOf } from './node-handler.js'
import { restoreBody } from './parsed-body.js'

/**
 * The auth server as Koa middleware: `app.use(mount(auth))`, in Koa 2.13 and later, and 3. Every request that is not the auth
 * server's goes on to the next middleware.
 *
 * Mount it before body parsers. It works after them too, but a body that the parser cannot read is then answered by your app,
 * whose message may repeat it. The answer is written to Node's response, past Koa: middleware before it can add headers on the
 * way in, but not on the way back.
 *
 * The client's address is `ctx.ip`, so Koa's `app.proxy` decides whether a proxy's header counts.
 */
export function mount(auth: Mountable): Middleware {
  const handle = createNodeHandler(auth)
  return async (ctx, next) => {
    if (!auth.owns(pathOf(ctx.originalUrl))) return next()
    const { body, rawBody } = ctx.request as { body?: unknown; rawBody?: unknown }
    const failed = restoreBody(ctx.req, rawBody ?? body)
    // Koa answers nothing itself then; `koa-mount` cuts the mount path off `url`.
    ctx.respond = false
    ctx.req.url = ctx.originalUrl
    await handle(ctx.req, ctx.res, () => ({ ...failed, address: ctx.ip }))
  }
}
