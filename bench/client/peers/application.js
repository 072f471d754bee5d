// What an application writes itself where the library leaves it to it: the pair in localStorage, sign-in and refresh.

export const tokens = {
  read: () => JSON.parse(localStorage.getItem('tokens') ?? 'null'),
  write: (pair) => localStorage.setItem('tokens', JSON.stringify(pair)),
  clear: () => localStorage.removeItem('tokens'),
}

export const signedIn = () => tokens.read() !== null

export async function signIn(name) {
  tokens.write(await post('/login', { name }))
}

/** Exchanges the refresh token. Only a refusal signs out, which is kinder than most such functions. */
export async function refreshBy(send) {
  try {
    const pair = await post('/refresh', { refreshToken: tokens.read()?.refreshToken }, send)
    tokens.write(pair)
    return pair.accessToken
  } catch (error) {
    if (error.status === 401) tokens.clear()
    throw error
  }
}

/** Without a parameter, because libraries call it with arguments of their own. */
export const refresh = () => refreshBy(fetch)

export async function post(path, body, send = fetch) {
  const response = await send(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw Object.assign(new Error(`${path}: ${response.status}`), { status: response.status })
  return response.json()
}

/** The axios interceptor that everybody has. */
export function sendToken(api) {
  api.interceptors.request.use((config) => {
    config.headers.Authorization = `Bearer ${tokens.read()?.accessToken}`
    return config
  })
}

/** How applications use an SDK that hands out tokens: a token for each request; after a 401 a new one, and one replay. */
export async function fetchWithToken(path, token, refreshed) {
  const send = (accessToken) => fetch(path, { headers: { Authorization: `Bearer ${accessToken}` } })
  const response = await send(await token())
  return response.status === 401 ? send(await refreshed()) : response
}
