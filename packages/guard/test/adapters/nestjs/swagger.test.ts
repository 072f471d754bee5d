import { Controller, Get, type INestApplication } from '@nestjs/common'
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger'
import { describe, expect, test } from 'vitest'
import { Protect, Public, protectPaths, Scopes } from '../../../src/adapters/nestjs/index.js'
import { makeGuard, makeKey, signToken } from '../../issuer.js'
import { platforms, start } from './apps.js'

const key = makeKey('ES256', 'key')
const guard = makeGuard({ keys: key.jwk })
const bearer = { authorization: `Bearer ${signToken(key)}` }

@Controller('orders')
class Orders {
  @Get()
  list() {}

  @Get('mine')
  @Scopes('orders')
  mine() {}

  @Get('prices')
  @Public()
  prices() {}

  @Get('offers')
  @Protect({ optional: true })
  offers() {}
}

@Controller('site')
@Public()
class Site {
  @Get()
  home() {}

  @Get('members')
  @Scopes('members')
  members() {}
}

function documentOf(app: INestApplication) {
  const config = new DocumentBuilder().addBearerAuth().addSecurityRequirements('bearer').build()
  return SwaggerModule.createDocument(app, config)
}

const describeApi = (app: INestApplication) => SwaggerModule.setup('docs', app, documentOf(app))
const pages = ['/docs', '/docs/', '/docs/swagger-ui-init.js', '/docs/swagger-ui.css', '/docs-json', '/docs-yaml']

describe.each(platforms)('Swagger in Nest on %s', (_platform, adapter) => {
  const parts = { guard, controllers: [Orders, Site] }
  const statuses = (url: string, headers: Record<string, string> = {}) =>
    Promise.all(pages.map(async (page) => (await fetch(url + page, { headers })).status))

  test('every operation has a lock but those that are public, and optional ones may have one', async () => {
    const { app } = await start(adapter, parts)
    const { paths, security, components } = documentOf(app)
    // What counts for an operation that says nothing is the document's.
    const requirementsOf = (path: string) => paths[path]!.get!.security ?? security

    const locked = [{ bearer: [] }]
    expect(components!.securitySchemes).toEqual({ bearer: expect.objectContaining({ type: 'http', scheme: 'bearer' }) })
    expect(requirementsOf('/orders')).toEqual(locked)
    expect(requirementsOf('/orders/mine')).toEqual(locked)
    expect(requirementsOf('/orders/prices')).toEqual([{}])
    expect(requirementsOf('/orders/offers')).toEqual([{ bearer: [] }, {}])
    expect(requirementsOf('/site')).toEqual([{}])
    expect(requirementsOf('/site/members')).toEqual(locked)
  })

  test('its pages are open by default: no Nest guard is called for them', async () => {
    const { url } = await start(adapter, { ...parts, prepare: describeApi })

    expect(await statuses(url)).toEqual(pages.map(() => 200))
    expect((await fetch(`${url}/orders`)).status).toBe(401)
  })

  test('protectPaths guards its pages, its scripts and its JSON, and nothing else', async () => {
    const { url } = await start(adapter, {
      ...parts,
      prepare(app) {
        protectPaths(app, guard, ['/docs', '/docs-json', '/docs-yaml'], { scope: 'orders' })
        describeApi(app)
      },
    })
    const weak = { authorization: `Bearer ${signToken(key, { scope: 'x' })}` }
    const refused = await fetch(`${url}/docs-json`)

    expect(await statuses(url)).toEqual(pages.map(() => 401))
    expect(await statuses(url, weak)).toEqual(pages.map(() => 403))
    expect(await statuses(url, bearer)).toEqual(pages.map(() => 200))
    expect(refused.headers.get('www-authenticate')).toBe('Bearer')
    expect(await refused.json()).toMatchObject({ code: 'access_token_missing' })
    expect((await fetch(`${url}/orders/prices`)).status).toBe(200)
  })

  test.each(['/DOCS', '//docs', '/%64ocs', '/docs;x', '/docs-json/', '/docs/../docs-json', '/%64ocs-json'])(
    'no spelling of the path avoids protectPaths: %s',
    async (path) => {
      const { url } = await start(adapter, {
        ...parts,
        prepare(app) {
          protectPaths(app, guard, ['/docs', '/docs-json', '/docs-yaml'])
          describeApi(app)
        },
      })

      expect([401, 404]).toContain((await fetch(url + path)).status)
    },
  )
})

test('invalid paths are rejected', async () => {
  for (const paths of [[], ['docs'], ['/docs/'], ['/docs/*'], '/docs']) {
    expect(() => protectPaths({} as never, guard, paths as never)).toThrow(/^paths: /)
  }
})
