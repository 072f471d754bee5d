import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startThreeServers } from '../src/start.js'

/** `fetch` does not let a caller choose the Host. */
function statusFor(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject).end()
  })
}

test('a page whose name was made to point here (DNS rebinding) reads no password and controls nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'three-servers-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const servers = await startThreeServers({ port: 0, folder })
  onTestFinished(() => servers.close())
  const { host, port } = new URL(servers.page)
  for (const path of ['/sign-in', '/control/state']) {
    expect(await statusFor(servers.page + path, host), path).toBe(200)
    expect(await statusFor(servers.page + path, `evil.example:${port}`), path).toBe(421)
  }
})
