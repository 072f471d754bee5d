import { type CanActivate, type Type, UseGuards } from '@nestjs/common'
import type { ModulesContainer } from '@nestjs/core'
import { admitMessage } from './sockets.js'

/** What `@WebSocketGateway` says of a class, in Nest 11 and 12. */
const isGateway = 'websockets:is_gateway'

/** One object without state for all applications: the metadata of a class is not of one of them. */
const messageGuard: CanActivate = { canActivate: admitMessage }

const guarded = new WeakSet<Type>()

/**
 * Puts a guard on the messages of every gateway. In Nest 11 global guards are not for gateways: `@Scopes` on a message would be a
 * check that silently does not happen. Runs while the application is built, before it binds its gateways.
 */
export function guardGateways(modules: ModulesContainer): void {
  for (const { providers } of modules.values()) {
    for (const { metatype } of providers.values()) {
      if (typeof metatype !== 'function' || guarded.has(metatype as Type)) continue
      if (Reflect.getMetadata(isGateway, metatype) !== true) continue
      guarded.add(metatype as Type)
      UseGuards(messageGuard)(metatype)
    }
  }
}
