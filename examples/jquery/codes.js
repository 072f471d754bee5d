const client = sessionward.createClient({
  server: sessionward.jsonBackend({
    url: 'https://api.example.com',
    signIn: '/sign-in',
    refresh: '/refresh',
    tokens: {
      accessToken: 'data.accessToken',
      refreshToken: 'data.refreshToken',
      user: 'data.user',
      subject: 'data.user.id',
    },
    code: {
      ok: 'ok',
      expired: 'tm.err.foil.accessTokenExpired',
      ended: { 'tm.err.foil.kickedOut': 'session_replaced' },
    },
    accessToken: sessionward.header('accessToken'),
  }),
  vault: sessionward.webStorage(localStorage),
})
sessionward.attachJQuery(jQuery, client)
