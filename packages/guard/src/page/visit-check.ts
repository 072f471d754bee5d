import { GuardError } from '../challenge.js'
import type { Admission, Guard } from '../guard.js'
import type { Route } from '../route.js'
import type { PageRequest } from './page-request.js'

/** What the access cookie of a request is worth, or why the request is refused. */
export type Checked =
  | { readonly admission: Admission; readonly error?: undefined }
  | { readonly admission?: undefined; readonly error: GuardError }

/** @throws what is no GuardError */
export async function checkVisit(guard: Guard, request: PageRequest, route: Route): Promise<Checked> {
  try {
    return { admission: await guard.admit(request, route) }
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    return { error }
  }
}
