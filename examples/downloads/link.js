/** Makes a link work that needs a token, such as `<a href="/files/report.csv" download>`. An image waits in the same way. */
export function guardLink(link, client) {
  link.addEventListener('click', async (event) => {
    // The second click is ours, and is for the browser.
    if (!event.isTrusted) return
    event.preventDefault()
    if (await openFiles(client, link.href)) link.click()
  })
}

/** Gets the cookie for the files beside this one. The client refreshes a token that has expired. */
export async function openFiles(client, file) {
  const answer = await client.fetch(new URL('access', file), { method: 'POST', credentials: 'include' })
  return answer.ok
}
