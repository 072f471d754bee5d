import { inspect } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openStore, pendingSteps } from '../../src/store/open.js'
import { StoreUnavailableError } from '../../src/store/store.js'

const secret = 'SeCrEt'
const urls = ['postgres', 'postgresql', 'mysql', 'mariadb', 'redis', 'rediss', 'mongodb'].flatMap((scheme) => [
  `${scheme}://user:${secret}/x@127.0.0.1:1/auth`,
  `${scheme}://user:${secret}@[::1/auth`,
  `${scheme}://user:1?${secret}@127.0.0.1:1/auth`,
  `${scheme}://user:1/${secret}@127.0.0.1:1/auth`,
  `${scheme}://user:${secret}#x@127.0.0.1:1/auth`,
  `${scheme}://user:1#${secret}@127.0.0.1:1/auth`,
  `${scheme}://user:any@127.0.0.1:999999/auth?password=${secret}`,
])

test.each([
  ...urls,
  `postgres://user:1/${secret}@/auth?host=/run`,
  `mysql://user:any@127.0.0.1:1/auth?ssl=${secret}`,
  `mysql://user:any@127.0.0.1:1/auth?charset=${secret}`,
  `mongodb://user:any@127.0.0.1:1/auth?${secret}=1`,
])('a URL that cannot be read is refused in words that hold nothing of it: %s', async (url) => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => printed.mockRestore())

  const error: unknown = await openStore(url).catch((reason: unknown) => reason)

  expect(error).toBeInstanceOf(TypeError)
  expect((error as Error).message).toContain('in its password, write /, #, ? and @ as %2F, %23, %3F and %40')
  expect(inspect(error, { showHidden: true, depth: 9 })).not.toMatch(/secret/i)
  expect(inspect(printed.mock.calls)).not.toMatch(/secret/i)
})

test.each([
  'postgres://user:any@/auth?host=/nowhere',
  'postgres://user@/auth?host=/nowhere',
  'postgres:///auth?host=/nowhere',
  'postgres://%2Fnowhere/auth',
  'postgres://user@server:%2F%23%3F%40@127.0.0.1:1/auth',
])('a URL of PostgreSQL that pg can read is taken, one with the folder of a socket too: %s', async (url) => {
  const store = await openStore(url)
  onTestFinished(() => store.close())

  await expect(store.now()).rejects.toBeInstanceOf(StoreUnavailableError)
})

test.each([
  ['mysql://127.0.0.1:1/auth', { schema: 'auth' }, 'mysql: does not take the option schema'],
  ['sqlite:auth.db', { prefix: 'auth' }, 'sqlite: does not take the option prefix'],
  ['postgres://127.0.0.1:1/auth', { prefix: 'auth' }, 'postgres: does not take the option prefix'],
  ['redis://127.0.0.1:1', { schema: 'auth' }, 'redis: does not take the option schema'],
])('a name for what is ours that the database has no place for is refused: %s %j', async (url, options, message) => {
  await expect(openStore(url, options)).rejects.toThrow(new TypeError(message))
  await expect(pendingSteps(url, options)).rejects.toThrow(new TypeError(message))
})

test.each(['redis://127.0.0.1:1', 'mongodb://127.0.0.1:1/auth'])('a prefix is handed on: %s', async (url) => {
  await expect(openStore(url, { prefix: 'not a prefix' })).rejects.toThrow(/prefix/)
})
