import axios, { type InternalAxiosRequestConfig } from 'axios'
import { openBackOffice } from './back-office.js'
import type { SessionOfPage } from './session.js'
import { unwrapAnswers } from './unwrap-answers.js'

// The usual queue, as hundreds of projects have it. It works on the day it is written. What it does on other days is in the
// README: when the refresh fails, every request but one waits for ever; an answer that comes after the refresh starts another
// one; two tabs use one refresh token twice; and nobody learns why the session ended.

type User = { readonly username: string }
type Answer = { readonly code: number; readonly message: string; readonly data: never }

const api = axios.create({ baseURL: '/theirs' })
const bare = axios.create({ baseURL: '/theirs' })
let isRefreshing = false
let queue: ((accessToken: string) => void)[] = []

api.interceptors.request.use((config) => {
  const accessToken = sessionStorage.getItem('accessToken')
  if (accessToken) config.headers.set('accessToken', accessToken)
  return config
})

api.interceptors.response.use(async (response) => {
  const { code } = response.data as Answer
  if (code === 10415) return queueOrRefresh(response.config)
  if (code === 10422 || code === 10409) goToSignIn()
  return response
})

async function queueOrRefresh(config: InternalAxiosRequestConfig) {
  if (isRefreshing) {
    return new Promise((resolve) => {
      queue.push((accessToken) => {
        config.headers.set('accessToken', accessToken)
        resolve(bare(config))
      })
    }) as never
  }
  isRefreshing = true
  try {
    const headers = { refreshToken: sessionStorage.getItem('refreshToken') ?? '' }
    const { data } = await bare.get<Answer>('/refresh', { headers })
    if (data.code !== 10200) throw new Error(data.message)
    keep(data.data)
    for (const call of queue) call(sessionStorage.getItem('accessToken')!)
    queue = []
    config.headers.set('accessToken', sessionStorage.getItem('accessToken')!)
    return bare(config)
  } catch (error) {
    goToSignIn()
    throw error
  } finally {
    isRefreshing = false
  }
}

function keep({ accessToken, refreshToken }: { readonly accessToken: string; readonly refreshToken: string }) {
  sessionStorage.setItem('accessToken', accessToken)
  sessionStorage.setItem('refreshToken', refreshToken)
}

function goToSignIn() {
  sessionStorage.clear()
  session.user = undefined
  changed()
}

let changed = () => {}
const session: SessionOfPage & { user: User | undefined } = {
  user: JSON.parse(sessionStorage.getItem('user') ?? 'null') ?? undefined,
  get state() {
    return session.user ? 'active' : 'anonymous'
  },
  reason: undefined,
  async signIn(input) {
    const { data } = await bare.post<Answer>('/login', input)
    if (data.code !== 10200) throw new Error(data.message)
    keep(data.data)
    session.user = (data.data as { user: User }).user
    sessionStorage.setItem('user', JSON.stringify(session.user))
    changed()
    return session.user
  },
  async signOut() {
    await api.post('/logout')
    goToSignIn()
  },
  subscribe(listener) {
    changed = listener
    return () => {}
  },
}

unwrapAnswers(api)
openBackOffice({ title: 'before', api, session })
