import 'reflect-metadata'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { INestApplication, ModuleMetadata } from '@nestjs/common'
import { Module } from '@nestjs/common'
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { onTestFinished } from 'vitest'
import { SessionwardModule, type SessionwardOptions } from '../../../src/adapters/nestjs/index.js'

/** Both platforms, on which every story of Nest runs. */
export const platforms: readonly (readonly [name: string, adapter: () => AbstractHttpAdapter])[] = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter({ forceCloseConnections: true })],
]

interface Parts extends ModuleMetadata, SessionwardOptions {
  readonly global?: boolean
  prepare?(app: INestApplication): unknown
}

/** An application with a global guard, closed when the test ends. `prepare` runs before it listens. */
export async function start(
  adapter: () => AbstractHttpAdapter,
  { guard, global = true, prepare, ...parts }: Parts,
): Promise<{ readonly url: string; readonly app: INestApplication }> {
  @Module({ ...parts, imports: [SessionwardModule.forRoot({ guard, global }), ...(parts.imports ?? [])] })
  class App {}
  const app = await NestFactory.create(App, adapter(), {
    logger: false,
    abortOnError: false,
    forceCloseConnections: true,
  })
  await prepare?.(app)
  onTestFinished(() => app.close())
  await app.listen(0, '127.0.0.1')
  return { app, url: (await app.getUrl()).replace('localhost', '127.0.0.1') }
}

/** Middleware in the idiom that both platforms take. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void
