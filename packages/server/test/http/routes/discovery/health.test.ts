import { describe, expect, it } from 'vitest'
import { testServer } from '../../../harness/auth-server.js'

function get(auth: ReturnType<typeof testServer>['auth'], path: string) {
  return auth.fetch(new Request(`https://auth.example.com${path}`))
}

describe('GET /healthz and /readyz', () => {
  it('both answer while all is well', async () => {
    const { auth } = testServer()

    for (const [path, status] of [
      ['/healthz', 'ok'],
      ['/readyz', 'ready'],
    ] as const) {
      const response = await get(auth, path)
      expect(response.status).toBe(200)
      expect(response.headers.get('Cache-Control')).toBe('no-store')
      expect(await response.json()).toEqual({ status })
    }
  })

  it('tell a process that lives from one that can work: without its store it lives on', async () => {
    const { auth, stored } = testServer()
    await auth.ready()
    stored.away = true

    expect((await get(auth, '/healthz')).status).toBe(200)
    const response = await get(auth, '/readyz')
    expect(response.status).toBe(503)
    expect(await response.text()).not.toContain('Error')

    stored.away = false
    expect((await get(auth, '/readyz')).status).toBe(200)
  })

  it('become ready without a restart where the store was unavailable at the start', async () => {
    const { auth, stored } = testServer()
    stored.away = true
    await expect(auth.ready()).rejects.toMatchObject({ name: 'StoreUnavailableError' })
    expect((await get(auth, '/readyz')).status).toBe(503)

    stored.away = false

    expect((await get(auth, '/readyz')).status).toBe(200)
    await auth.ready()
  })
})
