import { afterEach, expect, test, vi } from 'vitest'
import { readSmallJson } from '../../src/backend/small-json.js'

afterEach(() => void vi.useRealTimers())

/** Sends the chunks, and then stays open. */
function unending(...chunks: string[]) {
  const cancelled = vi.fn()
  let send: ReadableStreamDefaultController<Uint8Array>
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      send = controller
      for (const chunk of chunks) send.enqueue(new TextEncoder().encode(chunk))
    },
    cancel: cancelled,
  })
  const response = new Response(body, { headers: { 'Content-Type': 'application/json' } })
  const end = (rest: string) => {
    send.enqueue(new TextEncoder().encode(rest))
    send.close()
  }
  return { response, cancelled, end }
}

test('a body that never ends is not judged, and the caller can still read all of it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { response, end } = unending('{"code":', '10415')

  const reading = readSmallJson(response)
  await vi.advanceTimersByTimeAsync(5000)

  expect(await reading).toBeUndefined()
  const text = response.text()
  end('}')
  expect(await text).toBe('{"code":10415}')
})

test('the connection is closed once the caller has cancelled too', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { response, cancelled } = unending('{')

  const reading = readSmallJson(response)
  await vi.advanceTimersByTimeAsync(5000)
  await reading
  await response.body!.cancel()

  expect(cancelled).toHaveBeenCalledTimes(1)
})

test('a body that ends within the time is read, and leaves no timer behind', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { response, end } = unending('{"code":1')

  const reading = readSmallJson(response)
  end('0415}')

  expect(await reading).toEqual({ code: 10415 })
  expect(vi.getTimerCount()).toBe(0)
})
