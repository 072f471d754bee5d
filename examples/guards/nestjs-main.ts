import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import { WsAdapter } from '@nestjs/platform-ws'
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger'
import { cookie, type Guard } from '@sessionward/guard'
import { protectPaths, protectSockets } from '@sessionward/guard/nestjs'
import { mount } from '@sessionward/server/nestjs'
import { appModule } from './nestjs.js'

/** @param auth from createAuthServer, if it is in the same process */
export async function createApp(guard: Guard, auth?: Parameters<typeof mount>[0]) {
  const app = await NestFactory.create(appModule(guard))
  if (auth) app.use(mount(auth)) // public by itself
  app.useWebSocketAdapter(protectSockets(new WsAdapter(app), guard))

  const config = new DocumentBuilder().addBearerAuth().addSecurityRequirements('bearer').build()
  protectPaths(app, guard, ['/docs', '/docs-json', '/docs-yaml'], { tokens: [cookie('access_token')] })
  SwaggerModule.setup('docs', app, SwaggerModule.createDocument(app, config))
  return app
}
