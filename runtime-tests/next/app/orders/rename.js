'use server'

import { getAuth } from '@sessionward/guard/next'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { guard } from '../../lib/guard.js'
import { saveName } from '../../lib/names.js'

/** An action has an address of its own: the page it is on does not guard it. */
export async function rename(form) {
  const { subject } = await getAuth(guard, await headers())
  await saveName(subject, form.get('name'))
  redirect(`/orders?renamed=${subject}-${form.get('name')}`)
}
