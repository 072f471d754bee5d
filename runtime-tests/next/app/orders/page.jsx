import { getAuth } from '@sessionward/guard/next'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { guard } from '../../lib/guard.js'
import { rename } from './rename.js'

export default async function Orders() {
  const { principal } = await getAuth(guard, await headers(), { optional: true })
  if (!principal) redirect('/')
  return (
    <form action={rename}>
      <p>Orders of {principal.subject}</p>
      <input name="name" />
      <button type="submit">Rename</button>
    </form>
  )
}
