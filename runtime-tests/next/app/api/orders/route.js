import { protect } from '@sessionward/guard/next'
import { guard } from '../../../lib/guard.js'

export const GET = protect(guard, {}, (_request, { auth }) => Response.json({ subject: auth.subject }))
