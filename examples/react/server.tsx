import type { ServerResponse } from 'node:http'
import { createClient } from '@sessionward/client'
import { AuthProvider } from '@sessionward/client/react'
import { renderToPipeableStream } from 'react-dom/server'
import type { Person } from './client.js'
import { Page } from './page.js'

/** @param person who visits, according to the page guard and your database; undefined: nobody is signed in. */
export function renderPage(response: ServerResponse, person: Person | undefined): void {
  // One for each request: nothing that this visitor does can be seen by another one.
  const client = createClient<Person>({ server: 'https://auth.example.com' })
  response.setHeader('Content-Type', 'text/html; charset=utf-8')
  // A page with a person in it belongs into no cache. A page that is the same for all needs no person.
  if (person) response.setHeader('Cache-Control', 'private, no-store')
  const { pipe } = renderToPipeableStream(
    <html lang="en">
      <head>
        <title>Orders</title>
      </head>
      <body data-person={person && JSON.stringify(person)}>
        <div id="root">
          <AuthProvider client={client} initialUser={person}>
            <Page />
          </AuthProvider>
        </div>
      </body>
    </html>,
    { bootstrapScripts: ['/page.js'], onShellReady: () => pipe(response) },
  )
}
