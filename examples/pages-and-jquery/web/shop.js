// One classic script for all pages of the shop, as teams with jQuery have it. `sessionward` comes from /sessionward.js.
jQuery(function ($) {
  'use strict'

  var said = JSON.parse($('script[data-said]').attr('data-said'))
  var way = document.documentElement.getAttribute('data-way')
  var onDisplay = $('#display').length > 0

  var client = sessionward.createClient({
    server: location.origin,
    // Where the refresh token is: the switch of this example.
    transport: way === 'interstitial' ? 'body' : 'cookie',
    vault: way === 'interstitial' ? sessionward.webStorage(localStorage) : undefined,
    // A wall display has nobody in front of it to sign in again.
    keepAlive: onDisplay,
    onReauth: onDisplay ? undefined : sessionward.signInDialog(),
  })
  sessionward.attachJQuery($, client)
  sessionward.attachPage(client)
  window.shop = { client: client, refreshes: 0 }
  client.on('refresh', function (event) {
    if (event.by === 'this-tab') window.shop.refreshes++
  })

  function tell(text) {
    $('#news').text(text)
  }

  function failed(jqXHR) {
    var error = jqXHR.sessionwardError
    var code = (error && (error.reason || error.name)) || (jqXHR.responseJSON && jqXHR.responseJSON.code)
    tell(said.failed.replace('{e}', code || jqXHR.status || 'network'))
  }

  function sendJson(method, url, data) {
    return $.ajax({ method: method, url: url, data: JSON.stringify(data), contentType: 'application/json' })
  }

  $('#sign-in').on('submit', function (event) {
    event.preventDefault()
    var form = this
    client
      .signIn({
        username: form.username.value,
        password: form.password.value,
        remember: form.remember.checked,
      })
      .then(
        function () {
          location.replace(sessionward.returnTo('/order'))
        },
        function (error) {
          tell(error.code === 'invalid_credentials' ? said.wrong : said.failed.replace('{e}', error.code || error.name))
        },
      )
  })

  $('#sign-out').on('click', function () {
    function leave() {
      location.href = '/sign-in?reason=signed_out'
    }
    client.signOut().then(leave, leave)
  })

  $('#order').each(function () {
    var form = this
    var kept = sessionward.draft(form, { client: client })
    kept.restored.then(function (restored) {
      if (restored) tell(said.restored)
    })
    $('#send-by-call').on('click', function () {
      var order = { item: form.item.value, quantity: form.quantity.value, note: form.note.value }
      sendJson('POST', '/api/orders', order)
        .done(function (placed) {
          kept.discard()
          form.reset()
          tell(said.sent.replace('{n}', placed.number))
        })
        .fail(failed)
    })
    $('#stock').on('click', function () {
      var calls = $.map($(form.item).children(), function (_, index) {
        return $.getJSON('/api/stock/' + index)
      })
      $.when.apply($, calls).done(function () {
        var answers = $.makeArray(arguments)
        $('#stocks').empty()
        $.each(answers, function (_, answer) {
          $('<li>').text(answer[0].item + ': ' + answer[0].stock).appendTo('#stocks')
        })
        tell(said.stock.replace('{n}', answers.length).replace('{r}', window.shop.refreshes))
      }, failed)
    })
  })

  $('#password').on('submit', function (event) {
    event.preventDefault()
    var form = this
    sendJson('POST', '/auth/password', { current: form.current.value, next: form.next.value })
      .done(function () {
        form.reset()
        tell(said.changed)
      })
      .fail(failed)
  })

  if (onDisplay) {
    var look = function () {
      $.getJSON('/api/orders').done(function (orders) {
        $('#count').text(orders.length)
        $('#latest').empty()
        $.each(orders.slice(-10).reverse(), function (_, order) {
          $('<li>').text(order.item + ' × ' + order.quantity + ', ' + order.by).appendTo('#latest')
        })
      })
    }
    var cover = function () {
      $('#cover').prop('hidden', client.state !== 'anonymous')
    }
    client.subscribe(cover)
    cover()
    look()
    setInterval(look, 10000)
  }

  $('#demo').on('click', '[data-act]', function () {
    var button = $(this)
    // Not a call of the session: what time does needs no token.
    fetch('/demo/' + button.attr('data-act'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    }).then(function () {
      tell(button.attr('data-done'))
    })
  })
})
