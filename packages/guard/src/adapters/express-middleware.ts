import type { NextFunction, Request, Response } from 'express'

/** A request handler that leaves the types of parameters, body and query as the route gives them to the handlers after it. */
export type ExpressMiddleware = <P, ResBody, ReqBody, ReqQuery, Locals extends Record<string, unknown>>(
  req: Request<P, ResBody, ReqBody, ReqQuery, Locals>,
  res: Response<ResBody, Locals>,
  next: NextFunction,
) => void
