/** @throws Error whose `code` is that of the auth server's problem */
export async function createAccount(account: object): Promise<void> {
  const response = await fetch('/auth/register', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(account),
  })
  if (response.ok) return
  const { code, title, detail } = await response.json()
  throw Object.assign(new Error(detail ?? title), { code })
}
