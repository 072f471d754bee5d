import type { ExecutionContext } from '@nestjs/common'
import type { RouteOptions } from '../../route.js'

/** What the decorators of one class or method say. */
export type Rule = 'public' | RouteOptions

const metadata = 'sessionward:rule'

/** Metadata of `@ApiSecurity` of @nestjs/swagger, which need not be installed. */
const swagger = 'swagger/apiSecurity'

export function readOwnRule(owner: object): Rule | undefined {
  return Reflect.getOwnMetadata(metadata, owner)
}

/** What the decorators of a method say, or else those of its class, which a subclass inherits. */
export function readRule(context: ExecutionContext): Rule {
  const [method, type]: (Rule | undefined)[] = [context.getHandler(), context.getClass()].map((owner) =>
    Reflect.getMetadata(metadata, owner),
  )
  if (method === undefined) return type ?? {}
  return method === 'public' || type === 'public' ? method : mergeOptions(type, method)
}

/** The options of a class with those of its method, or of two decorators. */
export function mergeOptions(outer: RouteOptions | undefined, inner: RouteOptions): RouteOptions {
  return { ...outer, ...inner, scope: [...scopesOf(outer), ...scopesOf(inner)] }
}

function scopesOf({ scope = [] }: RouteOptions = {}): readonly string[] {
  return typeof scope === 'string' ? scope.split(' ') : scope
}

export function setRule(owner: object, rule: Rule): void {
  Reflect.defineMetadata(metadata, rule, owner)
  for (const method of [owner, ...methodsOf(owner)]) describeLock(method, rule)
}

/**
 * In a document whose routes all have a lock (`addSecurityRequirements('bearer')`), a public one has none: the empty requirement
 * (OpenAPI 3.1, section 4.8.10). On methods alone, as Swagger adds those of a class to them.
 */
function describeLock(method: object, rule: Rule): void {
  if (isClass(method)) return
  if (rule === 'public') Reflect.defineMetadata(swagger, [{}], method)
  else if (rule.optional) Reflect.defineMetadata(swagger, [{ bearer: [] }, {}], method)
}

/** Methods of a class without a rule of their own: decorators of methods run before those of the class. */
function methodsOf(owner: object): object[] {
  if (!isClass(owner)) return []
  const members = Object.values(Object.getOwnPropertyDescriptors(owner.prototype)).map(({ value }) => value)
  return members.filter(
    (member) => typeof member === 'function' && member !== owner && readOwnRule(member) === undefined,
  )
}

function isClass(owner: object): owner is { readonly prototype: object } {
  return 'prototype' in owner && owner.prototype !== undefined
}
