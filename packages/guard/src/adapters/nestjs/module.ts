import {
  type DynamicModule,
  type InjectionToken,
  Module,
  type ModuleMetadata,
  type OptionalFactoryDependency,
  type Provider,
} from '@nestjs/common'
import { APP_GUARD, ModulesContainer } from '@nestjs/core'
import type { GuardOptions } from '../../config.js'
import { createGuard, type Guard } from '../../guard.js'
import { refuseUnknown } from '../../route.js'
import { guardGateways } from './gateway-guard.js'
import { SESSIONWARD_GUARD, SessionwardGuard } from './sessionward-guard.js'

/** Options of `SessionwardModule.forRoot`. */
export interface SessionwardOptions {
  /**
   * A guard, or the options of `createGuard` for one that the module creates. The module closes what it has created when the
   * application has shut down; a guard that you created, you close.
   */
  readonly guard: Guard | GuardOptions
}

/** Which routes the guard applies to. */
interface GuardScope {
  /**
   * Whether every route of the application is guarded, but for those with `@Public()`. If not, write
   * `@UseGuards(SessionwardGuard)` where it should be. Default true.
   */
  readonly global?: boolean
}

/** Options of `SessionwardModule.forRootAsync`. An unknown name is refused. */
export interface SessionwardAsyncOptions extends GuardScope {
  /** Modules whose providers `useFactory` injects. Default: none. */
  readonly imports?: NonNullable<ModuleMetadata['imports']>
  /** What Nest injects into `useFactory`. Default: nothing. */
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[]
  /** Returns the options, or a promise of them. */
  // biome-ignore lint/suspicious/noExplicitAny: its parameters are what `inject` names, which types cannot follow
  readonly useFactory: (...injected: any[]) => SessionwardOptions | Promise<SessionwardOptions>
}

const lifetime = Symbol('sessionward:lifetime')

/**
 * Guards an application. For Nest 11 and 12 on Express and Fastify.
 *
 *     imports: [SessionwardModule.forRoot({ guard: { issuer, audience, feed: { credential } } })]
 *
 * A refused request throws a `GuardException`, so your filters and interceptors see it; but its answer is the challenge and a
 * problem (RFC 9457), or in the guard's `envelope`, whatever a filter sends.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: a dynamic module of Nest is a class
export class SessionwardModule {
  /**
   * Creates the module with options that are known when the application is built.
   *
   * @throws TypeError that names the option; those of the guard are checked when the application starts
   */
  static forRoot({ global, ...options }: SessionwardOptions & GuardScope): DynamicModule {
    return moduleOf({ ...(global === undefined ? {} : { global }), useFactory: () => options })
  }

  /**
   * Creates the module with options from a factory, which may inject providers.
   *
   * @throws TypeError that names the option; what the factory returns is checked when the application starts
   */
  static forRootAsync(options: SessionwardAsyncOptions): DynamicModule {
    refuseUnknown(options, ['imports', 'inject', 'useFactory', 'global'])
    if (typeof options.useFactory !== 'function')
      throw new TypeError('useFactory: must be a function that returns { guard }')
    return moduleOf(options)
  }
}

Module({})(SessionwardModule)

function moduleOf({ imports = [], inject = [], useFactory, global = true }: SessionwardAsyncOptions): DynamicModule {
  if (typeof global !== 'boolean') throw new TypeError('global: must be true or false')
  return {
    module: SessionwardModule,
    // Of the module and not of the guard: other modules may inject it without importing this one.
    global: true,
    imports,
    providers: [
      {
        provide: lifetime,
        inject,
        useFactory: async (...injected) => new GuardLifetime(await useFactory(...injected)),
      },
      { provide: SESSIONWARD_GUARD, inject: [lifetime], useFactory: ({ guard }: GuardLifetime) => guard },
      SessionwardGuard,
      ...(global ? everywhere : []),
    ],
    exports: [SESSIONWARD_GUARD, SessionwardGuard],
  }
}

const everywhere: Provider[] = [
  { provide: APP_GUARD, useExisting: SessionwardGuard },
  { provide: Symbol('sessionward:gateways'), inject: [ModulesContainer], useFactory: guardGateways },
]

/** Closes a guard that the module has created. Nest calls the hooks of every provider. */
class GuardLifetime {
  readonly guard: Guard
  readonly #isOurs: boolean

  constructor(options: SessionwardOptions) {
    refuseUnknown(options, ['guard'])
    const { guard } = options
    if (typeof guard !== 'object' || guard === null)
      throw new TypeError('guard: must be a Guard or the options of createGuard')
    this.#isOurs = !('admit' in guard)
    this.guard = 'admit' in guard ? guard : createGuard(guard)
  }

  /** After the server has closed: until then requests are checked. */
  onApplicationShutdown(): void {
    if (this.#isOurs) this.guard.close()
  }
}
