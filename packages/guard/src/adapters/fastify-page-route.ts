import type { FastifyRequest } from 'fastify'

/** `config.auth` of a route whose hook is `protectPage`. */
export const pageGuarded: unique symbol = Symbol('sessionward:page')

const admitted = new WeakSet<FastifyRequest>()

/** Records that the page guard has admitted a request. */
export function markPageAdmitted(request: FastifyRequest): void {
  admitted.add(request)
}

export function isPageAdmitted(request: FastifyRequest): boolean {
  return admitted.has(request)
}
