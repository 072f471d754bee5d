/**
 * Names of the counters of `auth.figures()`. Events are counted under the names of their types, in addition. docs/monitoring.md explains
 * every name.
 */
export type CounterName =
  | 'cache_failed'
  | 'cache_hit'
  | 'cache_miss'
  | 'cache_shared'
  | 'captcha_invalid'
  | 'captcha_unavailable'
  | 'directory_answer_invalid'
  | 'error'
  | 'event_lost'
  | 'journal_failed'
  | 'legacy_adopted'
  | 'legacy_answer_invalid'
  | 'legacy_elsewhere'
  | 'legacy_refused'
  | 'legacy_repeated'
  | 'legacy_unknown'
  | 'refresh_confirmed'
  | 'refresh_granted'
  | 'refresh_raced'
  | 'refresh_refused'
  | 'sweep_failed'

export type Count = (figure: CounterName) => void
