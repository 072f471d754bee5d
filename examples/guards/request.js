import { GuardError } from '@sessionward/guard'

export async function orders(guard, request) {
  try {
    const { subject } = await guard.check(request, { scope: 'orders' })
    return Response.json({ of: subject })
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    const { status, headers, body } = guard.refusal(error)
    return new Response(body, { status, headers })
  }
}
