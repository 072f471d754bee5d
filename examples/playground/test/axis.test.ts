import { describe, expect, it } from 'vitest'
import { Axis, foldWidth } from '../web/stage/axis.js'

describe('the axis of the stage', () => {
  it('gives a second as many pixels as the rate says', () => {
    const axis = new Axis(0, 10)
    axis.advance(1000, 100)
    axis.advance(3000, 20)
    expect(axis.x(500)).toBe(60)
    expect(axis.x(1000)).toBe(110)
    expect(axis.x(2000)).toBe(130)
    expect(axis.end).toEqual({ at: 3000, x: 150 })
  })

  it('draws a long stillness as one narrow fold', () => {
    const axis = new Axis(0, 0)
    axis.advance(1000, 100)
    axis.advance(61_000, 0)
    axis.advance(62_000, 100)
    expect(axis.folds).toEqual([{ from: 1000, to: 61_000, x: 100 }])
    expect(axis.x(30_000)).toBe(100)
    expect(axis.x(62_000)).toBe(200 + foldWidth)
  })

  it('does not fold a pause that the eye does not see', () => {
    const axis = new Axis(0, 0)
    axis.advance(1000, 100)
    axis.advance(1200, 0)
    axis.advance(2200, 100)
    expect(axis.folds).toEqual([])
    expect(axis.x(2200)).toBe(200)
  })

  it('puts what comes after waking behind the fold', () => {
    const axis = new Axis(0, 0)
    axis.advance(1000, 100)
    axis.advance(5000, 0)
    axis.wake()
    expect(axis.x(5000)).toBe(100 + foldWidth)
  })

  it('never moves what has been drawn', () => {
    const axis = new Axis(0, 0)
    axis.advance(1000, 100)
    const before = axis.x(700)
    axis.advance(9000, 0)
    axis.advance(9500, 400)
    axis.advance(400, 1000)
    expect(axis.x(700)).toBe(before)
  })
})
