import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type AuthEvent, createEvents } from '../src/events.js'
import { memoryStore } from '../src/store/memory/index.js'

const at = 1_800_000_000_000

describe('events', () => {
  it('are passed to every listener, counted, and emitted after the answer', async () => {
    const store = memoryStore({ now: () => at })
    const events = createEvents(store.events)
    const heard: AuthEvent[] = []
    events.on((event) => heard.push(event))

    events.emit({ type: 'session_started', at, subject: 'ann', sid: 's' })

    const event = { type: 'session_started', at, tenant: '', subject: 'ann', sid: 's', detail: {} }
    expect(heard).toEqual([event])
    expect(events.figures()).toEqual({ session_started: 1 })
    await events.drain()
    expect(await store.events.list({ limit: 10 })).toEqual([{ ...event, id: expect.any(String) }])
  })

  it('are not passed to a listener that has unsubscribed', () => {
    const events = createEvents(memoryStore().events)
    const listener = vi.fn()
    const stop = events.on(listener)
    stop()

    events.emit({ type: 'session_started', at })

    expect(listener).not.toHaveBeenCalled()
  })

  it('go on when a listener throws, now or later, and the operator is warned without the event', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
    onTestFinished(() => warned.mockRestore())
    const events = createEvents(memoryStore().events)
    const after = vi.fn()
    events.on(() => {
      throw new Error('no disk')
    })
    events.on(() => {
      throw null
    })
    events.on(async () => {
      throw new Error('no network')
    })
    events.on(after)

    events.emit({ type: 'session_started', at, subject: 'ann' })

    expect(after).toHaveBeenCalledOnce()
    await events.drain()
    expect(warned.mock.calls.map(([said]) => said)).toEqual([
      'a listener of the event session_started threw: Error: no disk',
      'a listener of the event session_started threw: a value that is not an Error was thrown',
      'a listener of the event session_started threw: Error: no network',
    ])
  })

  it('that could not be kept are counted, and hold nothing up', async () => {
    const events = createEvents({ ...memoryStore().events, append: () => Promise.reject(new Error('unavailable')) })

    events.emit({ type: 'session_started', at })
    await events.drain()

    expect(events.figures()).toEqual({ session_started: 1, event_lost: 1 })
  })

  it('returns a copy of its figures', () => {
    const events = createEvents(memoryStore().events)
    events.count('error')

    Object.assign(events.figures(), { error: 99 })

    expect(events.figures()).toEqual({ error: 1 })
  })
})
