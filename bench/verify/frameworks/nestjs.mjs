import 'reflect-metadata'
import { Controller, Get, Module, UseGuards } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { JwtService } from '@nestjs/jwt'
import { SessionwardModule } from '@sessionward/guard/nestjs'

export const title = 'NestJS 12 on Express'

/** What the decorators do where a compiler writes them. */
function decorate(target, key, decorators) {
  const descriptor = key && Object.getOwnPropertyDescriptor(target.prototype, key)
  for (const one of decorators) key ? one(target.prototype, key, descriptor) : one(target)
}

function serve(imports, guards = []) {
  class Orders {
    list() {
      return { orders: [] }
    }
  }
  decorate(Orders, 'list', [Get('orders'), UseGuards(...guards)])
  decorate(Orders, undefined, [Controller()])
  class App {}
  decorate(App, undefined, [Module({ imports, controllers: [Orders] })])
  return async (host) => {
    const app = await NestFactory.create(App, { logger: false })
    app.getHttpAdapter().getInstance().disable('x-powered-by').disable('etag')
    await app.listen(0, host)
    return app.getHttpServer()
  }
}

export const variants = {
  unguarded: () => serve([], [{ canActivate: async () => true }]),
  ours: ({ guard }) => serve([SessionwardModule.forRoot({ guard })]),
  // The guard of Nest's own documentation.
  '@nestjs/jwt': ({ pem, issuer, audience }) => {
    const jwt = new JwtService({ publicKey: pem, verifyOptions: { algorithms: ['ES256'], issuer, audience } })
    const guard = {
      async canActivate(context) {
        const request = context.switchToHttp().getRequest()
        const [type, token] = request.headers.authorization?.split(' ') ?? []
        if (type !== 'Bearer') return false
        request.user = await jwt.verifyAsync(token)
        return true
      },
    }
    return serve([], [guard])
  },
}
