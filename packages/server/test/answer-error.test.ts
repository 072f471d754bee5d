import { errors } from '@sessionward/protocol'
import { describe, expect, it } from 'vitest'
import { AnswerError } from '../src/answer-error.js'

describe('AnswerError', () => {
  it('carries a code of the table and says its title where there is no detail', () => {
    const error = new AnswerError('username_taken')
    expect(error.code).toBe('username_taken')
    expect(error.detail).toBeUndefined()
    expect(error.message).toContain(errors.username_taken.title)
    expect(error.headers).toEqual({})
  })

  it('carries the status and the verdict of its code, for the error handler of an application', () => {
    expect(new AnswerError('invalid_credentials')).toMatchObject({ status: 401, verdict: 'fix' })
    expect(new AnswerError('service_unavailable')).toMatchObject({ status: 503, verdict: 'retry' })
  })

  it('says after how many whole seconds to come back, and never at once', () => {
    expect(new AnswerError('too_many_attempts', 'wait', { retryAfter: 0.2 }).headers).toEqual({ 'Retry-After': '1' })
    expect(new AnswerError('too_many_attempts', 'wait', { retryAfter: 61.5 }).headers).toEqual({ 'Retry-After': '62' })
  })

  it('keeps the cause for the operator', () => {
    const cause = new Error('socket closed')
    expect(new AnswerError('service_unavailable', 'the store is unavailable', { cause }).cause).toBe(cause)
  })
})
