import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readEvents } from '../../src/revocation/event-stream.js'

function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
}

async function eventsOf(chunks: readonly (string | Uint8Array)[], maxLength?: number): Promise<string[]> {
  const bytes = chunks.map((chunk) => (typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk))
  const events: string[] = []
  for await (const event of readEvents(streamOf(bytes), maxLength)) events.push(event)
  return events
}

test.each([
  ['one line', ['data: a\n\n'], ['a']],
  ['no space', ['data:a\n\n'], ['a']],
  ['two spaces', ['data:  a\n\n'], [' a']],
  ['two lines', ['data: a\ndata: b\n\n'], ['a\nb']],
  ['CR LF', ['data: a\r\n\r\ndata: b\r\n\r\n'], ['a', 'b']],
  ['CR alone', ['data: a\r\rdata: b\r\r:\r'], ['a', 'b']],
  ['CR and LF in two chunks', ['data: a\r', '\ndata: b\r', '\n\r', '\n'], ['a\nb']],
  ['comments, ids and names', [': hello\nid: 1\nevent: x\ndata: a\n\n'], ['a']],
  ['nothing but an id', ['id: 1\n\n'], []],
  ['an event that was not ended', ['data: a\n\ndata: b'], ['a']],
])('events with %s', async (_title, chunks, events) => {
  expect(await eventsOf(chunks)).toEqual(events)
})

test('however the bytes are cut, the same events come', async () => {
  const bytes = new TextEncoder().encode('id: 1\ndata: {"a":"äöü😀"}\n\n: beat\r\n\r\ndata: b\ndata: c\n\n')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: bytes.length }), { maxLength: 6 }), async (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length]
      const chunks = at.slice(1).map((end, index) => bytes.slice(at[index], end))
      expect(await eventsOf(chunks)).toEqual(['{"a":"äöü😀"}', 'b\nc'])
    }),
  )
})

test('an endless event is not kept in memory', async () => {
  const chunk = new Uint8Array(1024).fill(0x61)
  await expect(eventsOf(['data: ', ...Array.from({ length: 17 }, () => chunk)], 16_384)).rejects.toThrow('too long')
})
