import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger'
import type { Guard } from '@sessionward/guard'
import { SessionwardModule } from '@sessionward/guard/nestjs'
import type { AuthServer } from '@sessionward/server'
import { mount } from '@sessionward/server/nestjs'
import { DemoController } from './demo-controller.js'
import { OldGuard, OldStockController } from './old-stock-controller.js'
import { OrdersController } from './orders-controller.js'
import { PEOPLE, type People } from './people.js'
import { PeopleController } from './people-controller.js'

@Module({})
class AppModule {}

export async function createApp(auth: AuthServer, guard: Guard, people: People): Promise<NestExpressApplication> {
  const module = {
    module: AppModule,
    imports: [SessionwardModule.forRoot({ guard })], // guards every route that does not say @Public()
    controllers: [OrdersController, OldStockController, PeopleController, DemoController],
    providers: [OldGuard, { provide: PEOPLE, useValue: people }],
  }
  const app = await NestFactory.create<NestExpressApplication>(module, { logger: ['error', 'warn'] })
  app.disable('x-powered-by')
  app.use(mount(auth)) // /auth: its refresh route has the other guard, which reads the cookie

  // Open to everybody, by choice: what is behind the routes is not.
  const document = new DocumentBuilder().setTitle('Orders').addBearerAuth().addSecurityRequirements('bearer').build()
  SwaggerModule.setup('docs', app, SwaggerModule.createDocument(app, document))
  return app
}
