import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  HttpException,
  type INestApplication,
  UseGuards,
} from '@nestjs/common'
import type { PageGuard, PageRouteOptions } from '../../page/page-guard.js'
import type { PageRequest } from '../../page/page-request.js'
import { mountPages, requireMounted } from '../mounted-pages.js'
import { readNodeForm } from '../node-form.js'
import { pageFromNode, sendPage } from '../node-page.js'
import { rememberAdmission } from './admissions.js'
import { Public } from './decorators.js'
import { lockResponse } from './lock-response.js'

/** Of Express, or Node's of Fastify. */
type Request = IncomingMessage & { readonly originalUrl?: string; readonly body?: unknown }

/** Fastify's, as far as they are used here. */
interface FastifyRequest {
  readonly raw: Request
}
interface FastifyReply {
  readonly raw: ServerResponse
  hijack(): unknown
}

/**
 * Serves the page guard's own endpoints: the script of the interstitial, the hand-over of an access token and the return from a
 * redirect. On both platforms, whatever global prefix the controllers have.
 */
export function pageRoutes(app: INestApplication, pages: PageGuard): void {
  mountPages(pages)
  const answerOwn = async (request: Request, response: ServerResponse) => {
    const own = await pages.answerOwn(pageFromNode(request, request.originalUrl ?? request.url))
    if (own) sendPage(response, own)
    return own !== undefined
  }
  if (app.getHttpAdapter().getType() === 'fastify') {
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('onRequest', async ({ raw }: FastifyRequest, reply: FastifyReply) => {
        if (await answerOwn(raw, reply.raw)) reply.hijack()
      })
    return
  }
  app.use(async (request: Request, response: ServerResponse, next: (error?: unknown) => void) => {
    const answered = await answerOwn(request, response).catch(next)
    if (answered === false) next()
  })
}

/**
 * A method, or every method of a class, renders a page. A visit passes, and `@Auth()` says who comes; another is refreshed by the
 * page guard and comes back, or ends at sign-in. Other requests get 401. Call `pageRoutes` too.
 *
 * The global guard of `SessionwardModule`, which looks for a token in `Authorization`, leaves such a method to the page guard.
 *
 * With `optional: true` everybody sees the page; `@AuthError()` says why one has no `@Auth()`.
 *
 * @throws TypeError that names the route option
 */
export function ProtectPage(pages: PageGuard, options?: PageRouteOptions): ClassDecorator & MethodDecorator {
  return applyDecorators(Public(), UseGuards(pageGuardOf(pages, options)))
}

function pageGuardOf(pages: PageGuard, options?: PageRouteOptions): CanActivate {
  const route = pages.route(options)
  return {
    async canActivate(context: ExecutionContext): Promise<boolean> {
      requireMounted(pages)
      const [request, response] = [context.getArgByIndex(0), context.getArgByIndex(1)]
      const decision = await pages.decide(requestOf(request), route)
      const raw: ServerResponse = response.raw ?? response
      if (decision.answer) {
        lockResponse(raw, decision.answer)
        throw new HttpException('The page guard has answered.', decision.answer.status)
      }
      for (const [name, value] of Object.entries(decision.headers)) response.header(name, value)
      rememberAdmission(context, decision.admission)
      return true
    },
  }
}

function requestOf(request: Request & { readonly raw?: Request }): PageRequest {
  const { raw = request, body } = request
  return { ...pageFromNode(raw, request.originalUrl ?? raw.url), form: (limit) => readNodeForm(raw, limit, body) }
}
