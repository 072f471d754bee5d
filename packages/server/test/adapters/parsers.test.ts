import formbody from '@fastify/formbody'
import express from 'express'
import express4 from 'express4'
import Koa from 'koa'
import multer from 'multer'
import { describe, expect, it } from 'vitest'
import { mount } from '../../src/adapters/express.js'
import { mount as mountFastify } from '../../src/adapters/fastify.js'
import { mount as mountKoa } from '../../src/adapters/koa.js'
import { ann, type Framework, listenToConsole, post, serve } from './conformance.js'
import { listenerOf } from './fastify-listener.js'
import { bodyParser } from './koa-body-parser.js'

type Build = (auth: Parameters<Framework['listener']>[0]) => ReturnType<Framework['listener']>

const all = { type: '*/*' }

function inExpress(create: typeof express): Record<string, Build> {
  return {
    json: (auth) => create().use(create.json(), mount(auth)),
    'json for everything': (auth) => create().use(create.json(all), mount(auth)),
    urlencoded: (auth) => create().use(create.urlencoded({ extended: true }), mount(auth)),
    text: (auth) => create().use(create.text(all), mount(auth)),
    raw: (auth) => create().use(create.raw(all), mount(auth)),
    multer: (auth) => create().use(multer().none(), mount(auth)),
  }
}

const inKoa: Record<string, Build> = {
  'the usual types': (auth) => new Koa().use(bodyParser()).use(mountKoa(auth)).callback(),
  'all types': (auth) =>
    new Koa()
      .use(bodyParser({ enableTypes: ['json', 'form', 'text', 'xml'] }))
      .use(mountKoa(auth))
      .callback(),
}

const inFastify: Record<string, Build> = {
  'its own': (auth) => listenerOf({}, (app) => void app.register(mountFastify(auth))),
  'formbody before': (auth) => listenerOf({}, (app) => void app.register(formbody).register(mountFastify(auth))),
  'formbody after': (auth) => listenerOf({}, (app) => void app.register(mountFastify(auth)).register(formbody)),
  'one for everything': (auth) =>
    listenerOf({ bodyLimit: 10 }, (app) => {
      app.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, done) => done(null, 'mine'))
      app.register(mountFastify(auth))
    }),
}

const frameworks = {
  'Express 4': inExpress(express4),
  'Express 5': inExpress(express),
  'Koa 3': inKoa,
  'Fastify 5': inFastify,
}
const parsers = Object.entries(frameworks).flatMap(([framework, ways]) =>
  Object.entries(ways).map(([parser, build]) => ({ framework, parser, build })),
)

describe.each(parsers)('in $framework behind a body parser ($parser)', ({ build }) => {
  it('sign-in answers', async () => {
    const { url } = await serve(build)
    expect((await post(`${url}/auth/login`, { ...ann, transport: 'body' })).status).toBe(200)
    expect((await post(`${url}/auth/refresh`, '', { Origin: url, 'Content-Type': 'text/plain' })).status).toBe(204)
  })

  it.each([
    ['a form', 'username=ann&password=x', 'application/x-www-form-urlencoded'],
    [
      'a form of several parts',
      '--x\r\nContent-Disposition: form-data; name="username"\r\n\r\nann\r\n--x--',
      'multipart/form-data; boundary=x',
    ],
    ['XML', '<username>ann</username>', 'application/xml'],
  ])('%s is refused in words', async (_, body, type) => {
    const { url } = await serve(build)
    const answer = await post(`${url}/auth/login`, body, { 'Content-Type': type, Origin: url })
    expect(answer.status).toBe(400)
    // A parser of JSON that takes every type fails on it first.
    expect(JSON.parse(answer.body).detail).toMatch(
      /^(Content-Type must be application\/json|the body could not be read)$/,
    )
  })
})

const consume: express.RequestHandler = (request, _response, next) => void request.resume().on('end', next)

const greedy: Record<string, Build> = {
  'Express 4': (auth) => express4().use(consume, mount(auth)),
  'Express 5': (auth) => express().use(consume, mount(auth)),
  'Koa 3': (auth) =>
    new Koa()
      .use(async (ctx, next) => {
        for await (const _ of ctx.req);
        await next()
      })
      .use(mountKoa(auth))
      .callback(),
}

it.each(Object.entries(greedy))(
  'in %s a body that something has read and not kept is missed in words, at once',
  async (_, build) => {
    const said = listenToConsole()
    const { url } = await serve(build)

    const answer = await post(`${url}/auth/login`, { ...ann, transport: 'body' })

    expect([answer.status, JSON.parse(answer.body).detail]).toEqual([400, 'the body could not be read'])
    expect(said).toEqual([expect.stringContaining('mount the auth server before body parsers')])
  },
)
