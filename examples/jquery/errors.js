// One handler for all calls. The page goes to sign-in elsewhere, and once: client.on('signout', ...).
$(document).on('ajaxError', (_event, jqXHR) => {
  const error = jqXHR.sessionwardError?.name
  if (jqXHR.statusText === 'abort' || error === 'SignedOutError') return
  const unavailable = 'Sign-in is unavailable at the moment. You are still signed in.'
  const message = jqXHR.responseJSON?.message ?? 'The server cannot be reached.'
  $('#message').text(error === 'RefreshUnavailableError' ? unavailable : message)
})
