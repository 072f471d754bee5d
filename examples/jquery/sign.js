/** Signs each attempt anew: a server that refuses a nonce that it has seen accepts the replay too. */
window.attachSigned = (client, signature) =>
  sessionward.attachJQuery(jQuery, client, {
    sign(headers, settings) {
      const nonce = `${Date.now()}-${Math.random()}`
      headers['X-Nonce'] = nonce
      headers['X-Signature'] = signature(nonce + (settings.data ?? ''))
    },
  })
