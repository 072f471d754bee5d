import { createClient } from '@sessionward/client'
import { endOtherSessions, endSession, listSessions } from '@sessionward/client/sessions'

export const client = createClient({ server: 'https://auth.example.com', live: true })

export async function showDevices(list) {
  const sessions = await listSessions(client)
  list.replaceChildren(
    ...sessions.map((session) => {
      const row = document.createElement('li')
      const { place, address, lastSeenAt, current } = session
      const seen = lastSeenAt === null ? '' : new Date(lastSeenAt * 1000).toLocaleString()
      // As text: the device's name is whatever that client chose.
      row.append(`${nameOf(session)}, ${place ?? address ?? ''}, ${seen} `)
      const button = document.createElement('button')
      button.textContent = current ? 'Sign out' : 'End'
      button.onclick = () => endSession(client, session.id).then(() => !current && showDevices(list))
      row.append(button)
      return row
    }),
  )
}

const systems = ['iPhone', 'iPad', 'Android', 'Windows', 'Macintosh', 'Linux']

/** What that sign-in stated, or the system that its browser names: without it, a phone and a desktop look the same. */
function nameOf({ device, userAgent }) {
  return device?.name ?? systems.find((system) => userAgent?.includes(system)) ?? device?.class ?? 'Browser'
}

export async function endOthers(list) {
  await endOtherSessions(client)
  await showDevices(list)
}
