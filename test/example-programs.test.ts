import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const listed = execFileSync(process.execPath, ['scripts/example.mjs'], { cwd: root, encoding: 'utf8' })
const names = [...listed.matchAll(/^ {2}(\S+) +\S/gm)].map(([, name]) => name!)

test('npm run example lists each example with what it is', () => {
  const five = ['axios-business-codes', 'koa-identity-cookie', 'nestjs-vue', 'pages-and-jquery', 'three-servers-rs256']
  expect(names).toEqual(expect.arrayContaining([...five, 'playground']))
  expect(listed).toContain('An auth server and two business servers that share an RSA public key')
})

// Building takes long where nothing is built yet.
test.each(names)(
  'the example %s starts, says where to look, answers there, and ends when it is told',
  async (name) => {
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-b', `examples/${name}`], { cwd: root, stdio: 'inherit' })
    const folder = mkdtempSync(join(tmpdir(), 'sessionward-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const ports = { PORT: '0', WEB_PORT: '0', AUTH_PORT: '0', API_PORT: '0' }
    const main = join(root, 'examples', name, 'dist/main.js')
    const child = spawn(process.execPath, ['--no-warnings', main], { cwd: folder, env: { ...process.env, ...ports } })
    const exited = once(child, 'exit')
    onTestFinished(() => void child.kill('SIGKILL'))

    const url = await addressIn(child.stdout)
    const response = await fetch(url)

    expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'text/html; charset=utf-8'])
    child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
  },
  240_000,
)

/** @throws Error with all that was printed, if the program ends before it names an address. */
async function addressIn(output: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const part of output) {
    text += part
    const [, url] = /^ *Open (http:\/\/\S+)/m.exec(text) ?? []
    if (url !== undefined) return url
  }
  throw new Error(`it printed no address: ${text}`)
}
