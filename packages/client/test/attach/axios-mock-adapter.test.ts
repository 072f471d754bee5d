import { beforeEach, describe, expect, test } from 'vitest'
import { openWithCodes } from '../support/attached.js'
import { obtain } from '../support/axios-versions.js'
import { useWorld } from '../support/world.js'

const world = useWorld()
const module = obtain('axios-mock-adapter', '2')
interface Mock {
  readonly history: { headers: { get(name: string): string } }[]
  onGet(url: string): { replyOnce(status: number, body: object): Mock; passThrough(): Mock }
  restore(): void
}
const MockAdapter = module === null ? null : ((await import(module)).default as new (instance: object) => Mock)

describe('axios-mock-adapter', () => {
  beforeEach(({ skip }) => skip(!MockAdapter, 'no package registry is reachable'))

  test.each(['before', 'after'])('set %s attaching gets both attempts, the second with the new token', async (when) => {
    const { api, instance, bare, client } = await openWithCodes(world)
    const { attachAxios } = await import('../../src/attach/axios.js')
    const mocked = when === 'after' ? instance : bare
    const mock = new MockAdapter!(mocked)
    if (when === 'before') attachAxios(bare, client)
    mock.onGet('/a').replyOnce(200, { code: 10415 })
    mock.onGet('/a').replyOnce(200, { code: 0 })

    const { data } = await mocked.get('/a')

    expect(data).toEqual({ code: 0 })
    expect(mock.history.map(({ headers }) => headers.get('accessToken'))).toEqual(['token-0', 'token-1'])
    expect(api.calls).toEqual([])
  })

  test('passes through to the network, and after `restore` all goes there', async () => {
    const { api, instance } = await openWithCodes(world)
    const mock = new MockAdapter!(instance)
    mock.onGet('/a').passThrough()

    expect((await instance.get('/a')).data).toEqual({ call: 2 })

    mock.restore()
    expect((await instance.get('/a')).data).toEqual({ call: 3 })
    expect(api.calls.length).toBe(3)
  })
})
