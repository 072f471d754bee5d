import { describe, expect, it } from 'vitest'
import { wordsFor } from '../web/words.js'

const counts = { expired: 10, refreshes: 1, answered: 10 }

describe('the words of the page', () => {
  it('say everything in both languages', () => {
    const [en, zh] = [wordsFor('en'), wordsFor('zh')]
    expect(Object.keys(zh.page).sort()).toEqual(Object.keys(en.page).sort())
    expect(Object.keys(zh.reasons).sort()).toEqual(Object.keys(en.reasons).sort())
    expect([...Object.values(en.page), ...Object.values(zh.page)].filter((text) => text.trim() === '')).toEqual([])
  })

  it('say what was counted', () => {
    expect(wordsFor('en').seen.ten(counts)).toBe('Ten requests met an expired token. One refresh. Ten answers.')
    expect(wordsFor('en').seen.ten({ ...counts, refreshes: 2 })).toContain('Two refreshes.')
    expect(wordsFor('zh').seen.ten(counts)).toBe('10 个请求遇到令牌过期，只刷新 1 次，10 个成功。')
  })
})
