import type { AuthServer } from '@sessionward/server'
import type { Pool, RowDataPacket } from 'mysql2/promise'

/** Signed out everywhere. The table first: until it is written, the person could sign in again. */
export async function disable(auth: AuthServer, pool: Pool, id: string): Promise<void> {
  await pool.execute('UPDATE users SET disabled_at = NOW(), profile_version = profile_version + 1 WHERE id = ?', [id])
  await auth.sessions.endAll({ subject: id }, 'account_disabled')
}

/** Holds at once, and nobody is signed out: guards send tokens of older versions back to be refreshed. */
export async function changeRole(auth: AuthServer, pool: Pool, id: string, role: string): Promise<void> {
  await pool.execute('UPDATE users SET role = ?, profile_version = profile_version + 1 WHERE id = ?', [role, id])
  const [[row]] = await pool.execute<RowDataPacket[]>('SELECT profile_version FROM users WHERE id = ?', [id])
  if (row) await auth.profiles.changed({ subject: id }, row.profile_version)
}
