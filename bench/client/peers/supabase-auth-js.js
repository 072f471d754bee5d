import { AuthClient } from '@supabase/auth-js'
import { fetchWithToken } from './application.js'

export function connect() {
  const auth = new AuthClient({
    url: `${location.origin}/supabase`,
    storageKey: 'supabase',
    autoRefreshToken: true,
    persistSession: true,
    detectSessionInUrl: false,
  })
  const tokenOf = ({ data, error }) => {
    if (error || !data.session) throw error ?? new Error('signed out')
    return data.session.access_token
  }
  return {
    async signIn(name) {
      const { error } = await auth.signInWithPassword({ email: `${name}@example.com`, password: 'bench' })
      if (error) throw error
    },
    request: (path) =>
      fetchWithToken(
        path,
        async () => tokenOf(await auth.getSession()),
        async () => tokenOf(await auth.refreshSession()),
      ),
    signedIn: () => localStorage.getItem('supabase') !== null,
  }
}
