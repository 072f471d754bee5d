import { beforeEach, describe, expect, it } from 'vitest'
import { runsOf } from '../web/stage/bundle.js'
import { layOut } from '../web/stage/layout.js'
import { StageModel } from '../web/stage/model.js'
import { tally } from '../web/stage/tally.js'

const wire = [] as const
let model: StageModel

beforeEach(() => {
  model = new StageModel()
  model.apply({ type: 'lane', lane: 'tab', kind: 'tab', born: 1, at: 1 })
})

function sendAndAnswer(
  trip: string,
  at: number,
  outcome: 'ok' | 'expired' | 'lost',
  more: { call?: string; refresh?: number } = {},
) {
  const purpose = more.refresh === undefined ? 'request' : 'refresh'
  const to = purpose === 'refresh' ? 'auth' : 'api'
  const call = more.call === undefined ? {} : { call: more.call }
  model.apply({ type: 'sent', trip, lane: 'tab', to, purpose, wire, at, ...call })
  const generation = outcome === 'ok' && more.refresh !== undefined ? { generation: more.refresh } : {}
  model.apply({ type: 'answered', trip, outcome, wire, at: at + 400, ...generation })
}

describe('the model of the stage', () => {
  it('gives calls that are under way together a row each, and a free row to the next', () => {
    for (const call of ['a', 'b', 'c']) model.apply({ type: 'call', call, lane: 'tab', at: 2 })
    model.apply({ type: 'settled', call: 'b', outcome: 'ok', at: 3 })
    model.apply({ type: 'call', call: 'd', lane: 'tab', at: 4 })
    expect(['a', 'b', 'c', 'd'].map((call) => model.calls.get(call)?.slot)).toEqual([0, 1, 2, 1])
    expect(model.lanes.get('tab')?.slots).toBe(3)
  })

  it('counts a wait once when both the client and the app announce it', () => {
    model.apply({ type: 'call', call: 'a', lane: 'tab', at: 2 })
    model.apply({ type: 'waiting', call: 'a', at: 10 })
    model.apply({ type: 'waiting', call: 'a', at: 11 })
    model.apply({ type: 'resumed', call: 'a', at: 50 })
    expect(model.calls.get('a')?.waits).toEqual([{ from: 10, to: 50 }])
  })

  it('ends a wait with the call, whatever its outcome', () => {
    model.apply({ type: 'call', call: 'a', lane: 'tab', at: 2 })
    model.apply({ type: 'waiting', call: 'a', at: 10 })
    model.apply({ type: 'settled', call: 'a', outcome: 'lost', at: 90 })
    expect(model.calls.get('a')?.waits).toEqual([{ from: 10, to: 90 }])
    expect(model.isWaiting(91)).toBe(false)
  })

  it('moves while an answer is expected, and only waits when it is long overdue', () => {
    model.apply({ type: 'sent', trip: 't', lane: 'tab', to: 'api', purpose: 'request', wire, at: 100 })
    expect([model.isMoving(500, 1000), model.isMoving(5000, 1000), model.isWaiting(5000)]).toEqual([true, false, true])
  })

  it('greys the lanes of the session that ended, and no other', () => {
    model.apply({ type: 'lane', lane: 'other', kind: 'tab', born: 2, at: 2 })
    model.apply({ type: 'signed-in', lane: 'tab', session: 's', at: 3 })
    model.apply({ type: 'signed-in', lane: 'other', session: 'z', at: 3 })
    model.apply({ type: 'ended', session: 's', reason: 'signed_out', at: 9 })
    expect(model.lanes.get('tab')?.ended).toEqual({ at: 9, reason: 'signed_out' })
    expect(model.lanes.get('other')?.ended).toBeNull()
  })

  it('removes closed lanes when the next act begins', () => {
    model.apply({ type: 'lane', lane: 'thief', kind: 'thief', born: 2, at: 2 })
    model.apply({ type: 'closed', lane: 'thief', at: 5 })
    expect(model.lanes.has('thief')).toBe(true)
    model.apply({ type: 'act', act: 'ten', pace: 1, at: 6 })
    expect(model.lanes.has('thief')).toBe(false)
  })
})

describe('a stage that is open for days', () => {
  it('forgets the oldest crossings, and none that is still under way', () => {
    model.apply({ type: 'sent', trip: 'slow', lane: 'tab', to: 'auth', purpose: 'refresh', wire, at: 1 })
    for (let number = 0; number < 1000; number += 1) sendAndAnswer(`trip ${number}`, 10 + number, 'ok')
    expect(model.trips.size).toBeLessThan(700)
    expect([model.trips.has('slow'), model.trips.has('trip 0'), model.trips.has('trip 999')]).toEqual([
      true,
      false,
      true,
    ])
  })
})

describe('the tally', () => {
  it('counts calls, refreshes and answers since the act began', () => {
    sendAndAnswer('before', 5, 'ok', { refresh: 3 })
    for (const call of ['a', 'b']) {
      model.apply({ type: 'call', call, lane: 'tab', at: 1000 })
      sendAndAnswer(`${call}1`, 1000, 'expired', { call })
      model.apply({ type: 'waiting', call, at: 1400 })
    }
    sendAndAnswer('f1', 1400, 'lost', { refresh: 4 })
    sendAndAnswer('f2', 3000, 'ok', { refresh: 4 })
    for (const call of ['a', 'b']) {
      model.apply({ type: 'resumed', call, at: 3400 })
      sendAndAnswer(`${call}2`, 3400, 'ok', { call })
      model.apply({ type: 'settled', call, outcome: 'ok', at: 3800 })
    }
    expect(tally(model, 1000, 'tab')).toEqual({
      lanes: 1,
      calls: 2,
      answered: 2,
      failed: 0,
      expired: 2,
      refreshes: 2,
      refreshed: 1,
      raced: 0,
      lost: 1,
      waited: 2,
      longestWait: 2000,
      generation: 4,
    })
  })
})

describe('a bundle of requests', () => {
  it('is drawn as one run for each outcome, with the number of requests', () => {
    const at = 100
    for (const trip of ['a', 'b', 'c', 'd']) {
      model.apply({ type: 'sent', trip, lane: 'tab', to: 'api', purpose: 'request', bundle: 'x', wire, at })
    }
    sendAndAnswer('alone', 100, 'ok')
    model.apply({ type: 'answered', trip: 'a', outcome: 'ok', wire, at: 200 })
    for (const trip of ['b', 'c']) model.apply({ type: 'answered', trip, outcome: 'refused', wire, at: 300 })

    const runs = runsOf(model.trips.values())

    expect(runs.map(({ outcome, trips }) => [outcome, trips.length])).toEqual([
      ['ok', 1],
      ['refused', 2],
    ])
    expect(model.lanes.get('tab')?.slots).toBe(2)
  })
})

describe('the layout', () => {
  it('puts business above and sign-in below the tabs, and the thief beneath all', () => {
    model.apply({ type: 'lane', lane: 'thief', kind: 'thief', born: 0, at: 2 })
    model.apply({ type: 'lane', lane: 'second', kind: 'tab', born: 2, at: 2 })
    const { api, auth, callers } = layOut(model.lanesInOrder)
    expect(callers.map(({ lane }) => lane.id)).toEqual(['tab', 'second', 'thief'])
    const tops = [api.top, callers[0]!.top, callers[1]!.top, auth.top, callers[2]!.top]
    expect(tops).toEqual([...tops].sort((one, other) => one - other))
  })

  it('keeps its height while lanes come, go and fill', () => {
    const alone = layOut(model.lanesInOrder)
    for (const call of Array.from({ length: 10 }, (_, index) => `call ${index}`)) {
      model.apply({ type: 'call', call, lane: 'tab', at: 2 })
    }
    const busy = layOut(model.lanesInOrder)
    model.apply({ type: 'lane', lane: 'second', kind: 'tab', born: 2, at: 2 })
    model.apply({ type: 'lane', lane: 'victim', kind: 'tab', born: 3, at: 2 })
    model.apply({ type: 'lane', lane: 'thief', kind: 'thief', born: 4, at: 2 })
    const crowded = layOut(model.lanesInOrder)
    expect([busy.height, crowded.height]).toEqual([alone.height, alone.height])
    const ends = [crowded.auth, ...crowded.callers].map(({ top, height }) => top + height)
    expect(Math.max(...ends)).toBeLessThanOrEqual(crowded.axis)
  })
})
