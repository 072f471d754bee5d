import { type CanActivate, type Type, UseGuards } from '@nestjs/common'
import type { ModulesContainer } from '@nestjs/core'
import { admitMessage } from './socket-connections.js'

/** Metadata key of `@WebSocketGateway`, in Nest 11 and 12. */
const isGateway = 'websockets:is_gateway'

/** Stateless and shared, because the metadata of a class belongs to all applications in the process. */
const messageGuard: CanActivate = { canActivate: admitMessage }

const guarded = new WeakSet<Type>()

/**
 * Guards the messages of every gateway. Nest 11 does not apply global guards to gateways, so `@Scopes` on a message would
 * silently have no effect. Runs while the application is built, before it binds its gateways.
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
