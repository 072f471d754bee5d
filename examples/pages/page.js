import { createClient } from '@sessionward/client'
import { attachPage, returnTo } from '@sessionward/client/page'

export const client = createClient({ server: 'https://auth.example.com' })
attachPage(client) // its refreshes renew the access cookie, its sign-out clears it

/** On the page of sign-in. */
export async function signIn(username, password) {
  await client.signIn({ username, password })
  location.replace(returnTo()) // a path of this site; everything else goes home
}
