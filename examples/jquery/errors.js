// One handler for all calls. The page goes to sign-in elsewhere, and once: client.on('signout', ...).
$(document).on('ajaxError', (_event, jqXHR) => {
  const error = jqXHR.sessionwardError?.name
  if (jqXHR.statusText === 'abort' || error === 'SignedOutError') return
  const unavailable = 'Sign-in is unavailable at the moment. You are still signed in.'
  const { message, detail, title } = jqXHR.responseJSON ?? {} // your own codes, or the problem of a guard
  const answered = message ?? detail ?? title ?? `The server answered ${jqXHR.status}.`
  const said = jqXHR.status === 0 ? 'The server cannot be reached.' : answered
  $('#message').text(error === 'RefreshUnavailableError' ? unavailable : said)
})
