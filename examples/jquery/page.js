const client = sessionward.createClient({ server: 'https://auth.example.com' })
sessionward.attachJQuery(jQuery, client)

client.subscribe(() => {
  $('#sign-in').toggle(client.state === 'anonymous')
  $('#orders').toggle(Boolean(client.user))
})

$('#sign-in').on('submit', async (event) => {
  event.preventDefault()
  const { username, password } = event.target
  try {
    await client.signIn({ username: username.value, password: password.value })
  } catch (error) {
    $('#message').text(error.message)
  }
})

$('#load').on('click', () => {
  $.getJSON('/api/orders').done((orders) => $('#message').text(`${orders.length} orders`))
})

$('#sign-out').on('click', () => client.signOut())
