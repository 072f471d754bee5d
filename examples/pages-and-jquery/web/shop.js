// One classic script for all pages of the shop, as teams with jQuery have it. `sessionward` comes from /sessionward.js.
jQuery(($) => {
  const said = JSON.parse($('script[data-said]').attr('data-said'))
  const refresh = document.documentElement.getAttribute('data-refresh')
  const onDisplay = $('#display').length > 0

  const client = sessionward.createClient({
    server: location.origin,
    // Where the refresh token is: the switch of this example.
    transport: refresh === 'interstitial' ? 'body' : 'cookie',
    vault: refresh === 'interstitial' ? sessionward.webStorage(localStorage) : undefined,
    // A wall display has nobody in front of it to sign in again.
    keepAlive: onDisplay,
    onReauth: onDisplay ? undefined : sessionward.signInDialog(),
  })
  sessionward.attachJQuery($, client)
  sessionward.attachPage(client)
  window.orderForm = { client: client, refreshes: 0 }
  client.on('refresh', (event) => {
    if (event.by === 'this-tab') window.orderForm.refreshes++
  })

  function tell(text) {
    $('#news').text(text)
  }

  function failed(jqXHR) {
    const error = jqXHR.sessionwardError
    const code = (error && (error.reason || error.name)) || jqXHR.responseJSON?.code
    tell(said.failed.replace('{e}', code || jqXHR.status || 'network'))
  }

  function sendJson(method, url, data) {
    return $.ajax({ method: method, url: url, data: JSON.stringify(data), contentType: 'application/json' })
  }

  $('#sign-in').on('submit', function (event) {
    event.preventDefault()
    client
      .signIn({
        username: this.username.value,
        password: this.password.value,
        remember: this.remember.checked,
      })
      .then(
        () => {
          location.replace(sessionward.returnTo('/order'))
        },
        (error) => {
          tell(error.code === 'invalid_credentials' ? said.wrong : said.failed.replace('{e}', error.code || error.name))
        },
      )
  })

  $('#sign-out').on('click', () => {
    function leave() {
      location.href = '/sign-in?reason=signed_out'
    }
    client.signOut().then(leave, leave)
  })

  $('#order').each(function () {
    const kept = sessionward.draft(this, { client: client })
    kept.restored.then((restored) => {
      if (restored) tell(said.restored)
    })
    $('#send-by-call').on('click', () => {
      const order = { item: this.item.value, quantity: this.quantity.value, note: this.note.value }
      sendJson('POST', '/api/orders', order)
        .done((placed) => {
          kept.discard()
          this.reset()
          tell(said.sent.replace('{n}', placed.number))
        })
        .fail(failed)
    })
    $('#stock').on('click', () => {
      const calls = $.map($(this.item).children(), (_, index) => $.getJSON(`/api/stock/${index}`))
      $.when.apply($, calls).then((...answers) => {
        $('#stocks').empty()
        $.each(answers, (_, answer) => {
          $('<li>').text(`${answer[0].item}: ${answer[0].stock}`).appendTo('#stocks')
        })
        tell(said.stock.replace('{n}', answers.length).replace('{r}', window.orderForm.refreshes))
      }, failed)
    })
  })

  $('#password').on('submit', function (event) {
    event.preventDefault()
    sendJson('POST', '/auth/password', { current: this.current.value, next: this.next.value })
      .done(() => {
        this.reset()
        tell(said.changed)
      })
      .fail(failed)
  })

  if (onDisplay) {
    const look = () => {
      $.getJSON('/api/orders').done((orders) => {
        $('#count').text(orders.length)
        $('#latest').empty()
        $.each(orders.slice(-10).reverse(), (_, order) => {
          $('<li>').text(`${order.item} × ${order.quantity}, ${order.by}`).appendTo('#latest')
        })
      })
    }
    const cover = () => {
      $('#cover').prop('hidden', client.state !== 'anonymous')
    }
    client.subscribe(cover)
    cover()
    look()
    setInterval(look, 10000)
  }

  $('#demo').on('click', '[data-act]', function () {
    const button = $(this)
    // Not a call of the session: what time does needs no token.
    fetch(`/demo/${button.attr('data-act')}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    }).then(() => {
      tell(button.attr('data-done'))
    })
  })
})
